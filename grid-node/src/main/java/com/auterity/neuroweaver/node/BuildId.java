package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.CommandProvider;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Names the code a node runs: a checksum over our classes and resources, equal for folders and for
 * jars of the same build. Nodes of another build would decode each other's bytes wrongly.
 */
final class BuildId {
  private BuildId() {}

  /** The running build: 16 hex digits. */
  static String current() {
    TreeMap<String, Long> checksums = new TreeMap<>();
    for (Class<?> module :
        List.of(
            BuildId.class, GridFunction.class, NeuroWeaverException.class, CommandProvider.class)) {
      try {
        Path place = Path.of(module.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(place)) {
          addFolder(place, checksums);
        } else {
          addJar(place, checksums);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the classes of " + module, e);
      } catch (URISyntaxException e) {
        throw new IllegalStateException("cannot find the classes of " + module, e);
      }
    }
    long hash = 0xcbf29ce484222325L;
    for (var entry : checksums.entrySet()) {
      hash = (hash ^ entry.getKey().hashCode()) * 0x100000001b3L;
      hash = (hash ^ entry.getValue()) * 0x100000001b3L;
      hash ^= hash >>> 29;
    }
    return String.format("%016x", hash);
  }

  private static boolean counts(String name) {
    return name.endsWith(".class") || name.endsWith(".json");
  }

  private static void addFolder(Path folder, TreeMap<String, Long> checksums) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String name = folder.relativize(file).toString();
        if (counts(name)) {
          checksums.put(name, checksum(Files.readAllBytes(file)));
        }
      }
    }
  }

  private static void addJar(Path jar, TreeMap<String, Long> checksums) throws IOException {
    try (InputStream in = Files.newInputStream(jar);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (counts(entry.getName())) {
          checksums.put(entry.getName(), checksum(zip.readAllBytes()));
        }
      }
    }
  }

  private static long checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }
}
