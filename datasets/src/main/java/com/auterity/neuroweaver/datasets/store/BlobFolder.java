package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Blobs as read-only files named by their SHA-256; a file is there whole or not at all. */
final class BlobFolder {
  private static final int BUFFER = 1 << 16;

  private final Path folder;
  private final Set<String> verified = ConcurrentHashMap.newKeySet();

  BlobFolder(Path folder) {
    this.folder = folder;
  }

  /** The blob's file; its bytes are asked for when no sound file is there yet. */
  Path file(String sha256, Supplier<byte[]> bytes) {
    Path file = folder.resolve(sha256);
    try {
      if (!Files.exists(file) || !sound(file, sha256)) {
        write(file, bytes.get());
        verified.add(sha256);
      }
      return file;
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "cannot write blob " + sha256 + " to " + file + ": " + e.getMessage(),
          Map.of("file", file.toString()),
          e);
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
  private boolean sound(Path file, String sha256) throws IOException {
    if (verified.contains(sha256)) {
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
      verified.add(sha256);
    }
    return sound;
  }

  private void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(folder);
    Path draft = Files.createTempFile(folder, "draft-", ".part");
    try {
      Files.write(draft, bytes);
      if (!draft.toFile().setReadOnly()) {
        throw new IOException("cannot make " + draft + " read-only");
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
