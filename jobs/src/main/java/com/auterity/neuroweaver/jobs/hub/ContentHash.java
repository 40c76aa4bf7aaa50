package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** By what a hub names content: large files by their bytes, others as Git names its blobs. */
enum ContentHash {
  SHA256("SHA-256", 64),
  /** SHA-1 over {@code "blob SIZE\0"} and the bytes. */
  GIT_BLOB("SHA-1", 40);

  private final String algorithm;
  private final int hexDigits;

  ContentHash(String algorithm, int hexDigits) {
    this.algorithm = algorithm;
    this.hexDigits = hexDigits;
  }

  boolean isHex(String text) {
    return text.length() == hexDigits && text.matches("[0-9a-f]+");
  }

  MessageDigest begin(long size) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      if (this == GIT_BLOB) {
        digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
      }
      return digest;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }

  /** Lower-case hex of a file's content. */
  String of(Path file) throws InterruptedException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = begin(Files.size(file));
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (ClosedByInterruptException e) {
      throw interrupted();
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "cannot read %s: %s".formatted(file, e.getMessage()),
          Map.of("file", file.toString()),
          e);
    }
  }

  private static InterruptedException interrupted() {
    Thread.interrupted();
    return new InterruptedException();
  }
}
