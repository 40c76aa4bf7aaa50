package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;

/**
 * A local file about to be pushed, with its hashes as of now.
 *
 * @param path in the repository
 * @param sample its first 512 bytes, from which the hub tells text from binary
 */
record PushFile(
    Path file,
    String path,
    long size,
    FileTime modified,
    String sha256,
    String gitBlob,
    byte[] sample) {
  private static final int SAMPLE = 512;

  static PushFile of(Path file, String path) throws InterruptedException {
    try (InputStream in = Files.newInputStream(file)) {
      long size = Files.size(file);
      FileTime modified = Files.getLastModifiedTime(file);
      MessageDigest sha256 = ContentHash.SHA256.begin(size);
      MessageDigest gitBlob = ContentHash.GIT_BLOB.begin(size);
      byte[] sample = in.readNBytes(SAMPLE);
      sha256.update(sample);
      gitBlob.update(sample);
      long read = sample.length;
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha256.update(buffer, 0, n);
        gitBlob.update(buffer, 0, n);
        read += n;
      }
      if (read != size) {
        throw changed(file);
      }
      HexFormat hex = HexFormat.of();
      return new PushFile(
          file,
          path,
          size,
          modified,
          hex.formatHex(sha256.digest()),
          hex.formatHex(gitBlob.digest()),
          sample);
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      throw new InterruptedException();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** CONFLICT if somebody wrote to the file since it was hashed. */
  void checkUnchanged() {
    try {
      if (Files.size(file) != size || !Files.getLastModifiedTime(file).equals(modified)) {
        throw changed(file);
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  byte[] content() {
    try {
      byte[] bytes = Files.readAllBytes(file);
      checkUnchanged();
      return bytes;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static NeuroWeaverException changed(Path file) {
    return new NeuroWeaverException(
        ErrorKind.CONFLICT,
        "%s changed while it was being pushed; nothing was committed".formatted(file),
        Map.of("file", file.toString()));
  }

  static NeuroWeaverException unreadable(Path file, IOException e) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        "cannot read %s: %s".formatted(file, e.getMessage()),
        Map.of("file", file.toString()),
        e);
  }
}
