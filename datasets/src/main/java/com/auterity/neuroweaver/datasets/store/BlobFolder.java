package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Blobs as read-only files named by their SHA-256; a file is there whole or not at all. */
final class BlobFolder {
  private static final int BUFFER = 1 << 16;

  private final Path folder;
  private final Set<String> verified = ConcurrentHashMap.newKeySet();

  BlobFolder(Path folder) {
    this.folder = folder;
  }

  /** Writes a blob's bytes. */
  interface Content {
    void to(OutputStream out) throws IOException;
  }

  /** The blob's file; its bytes are asked for when no sound file is there yet. */
  Path file(String name, String sha256, Content bytes) {
    Path file = folder.resolve(name);
    try {
      if (!Files.exists(file) || !sound(file, name, sha256)) {
        write(file, sha256, bytes);
        verified.add(name);
      }
      return file;
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "cannot write blob " + name + " to " + file + ": " + e.getMessage(),
          Map.of("file", file.toString()),
          e);
    }
  }

  /** The blobs whose files are there. */
  List<String> names() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void remove(String sha256) {
    verified.remove(sha256);
    try {
      Files.deleteIfExists(folder.resolve(sha256));
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "cannot remove " + folder.resolve(sha256) + ": " + e.getMessage(),
          Map.of(),
          e);
    }
  }

  /**
   * A file of an earlier run is hashed once before it is trusted: disks and people change files.
   */
  private boolean sound(Path file, String name, String sha256) throws IOException {
    if (verified.contains(name)) {
      return true;
    }
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      while (in.read(buffer) >= 0) {
        continue;
      }
    }
    boolean sound = HexFormat.of().formatHex(digest.digest()).equals(sha256);
    if (sound) {
      verified.add(name);
    }
    return sound;
  }

  private void write(Path file, String sha256, Content bytes) throws IOException {
    Files.createDirectories(folder);
    Path draft = Files.createTempFile(folder, "draft-", ".part");
    MessageDigest digest = Sha256.digest();
    try {
      try (OutputStream out =
          new DigestOutputStream(
              new BufferedOutputStream(Files.newOutputStream(draft), BUFFER), digest)) {
        bytes.to(out);
      }
      String found = HexFormat.of().formatHex(digest.digest());
      if (!found.equals(sha256)) {
        throw new NeuroWeaverException(
            ErrorKind.CORRUPT,
            "blob " + file.getFileName() + " is damaged: its bytes hash to " + found,
            Map.of("blob", file.getFileName().toString()));
      }
      // The same on every node, so that a load can tell the file it began with.
      Files.setLastModifiedTime(draft, FileTime.fromMillis(0));
      if (!draft.toFile().setReadOnly()) {
        throw new IOException("cannot make " + draft + " read-only");
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
