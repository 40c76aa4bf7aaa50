package com.auterity.neuroweaver.jobs.refinement;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of keyed hashes and surrogates (HMAC-SHA-256). It lies in a variable of the nodes'
 * environment or in a file of theirs, which the recipe names; it is never part of the recipe. What
 * a recipe can name is limited to what is meant as such a key, so that nobody learns about other
 * secrets of a node from the hashes they give.
 */
final class MaskingKey {
  /** How the names of variables begin. */
  static final String VARIABLE = "NEUROWEAVER_KEY_";

  /** How the names of files end. */
  static final String FILE = ".key";

  private static final int SHORTEST = 16;
  private static final int LONGEST = 4096;

  private final SecretKeySpec secret;

  private MaskingKey(byte[] secret) {
    this.secret = new SecretKeySpec(secret, "HmacSHA256");
  }

  /** From a seed that everybody may know: surrogates repeat, but are no secret. */
  static MaskingKey ofSeed(long seed) {
    return new MaskingKey(("seed " + seed).getBytes(StandardCharsets.UTF_8));
  }

  static MaskingKey ofVariable(String name, String place, Function<String, String> environment) {
    if (!name.startsWith(VARIABLE)) {
      throw Knobs.invalid(place, "is \"" + name + "\"", "a variable named " + VARIABLE + "...");
    }
    String value = environment.apply(name);
    if (value == null || value.isBlank()) {
      throw Knobs.invalid(
          place,
          "names the variable " + name + ", which is not set in this node's environment",
          "to set it for every node to the same secret of at least " + SHORTEST + " characters");
    }
    return of(value.strip().getBytes(StandardCharsets.UTF_8), place, "the variable " + name);
  }

  static MaskingKey ofFile(String name, String place) {
    Path file;
    try {
      file = Path.of(name);
    } catch (InvalidPathException e) {
      throw Knobs.invalid(place, "is \"" + name + "\"", "the path of a file");
    }
    if (!file.isAbsolute() || !name.endsWith(FILE)) {
      throw Knobs.invalid(
          place, "is \"" + name + "\"", "an absolute path whose name ends in " + FILE);
    }
    if (!Files.isRegularFile(file)) {
      throw Knobs.invalid(
          place,
          "names the file " + name + ", which this node does not have",
          "to put the same secret of at least " + SHORTEST + " bytes there on every node");
    }
    try {
      if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
        Set<PosixFilePermission> open = Files.getPosixFilePermissions(file);
        if (open.contains(PosixFilePermission.GROUP_READ)
            || open.contains(PosixFilePermission.OTHERS_READ)) {
          throw Knobs.invalid(
              place,
              "names the file " + name + ", which others than its owner may read",
              "a file of mode 600");
        }
      }
      if (Files.size(file) > LONGEST) {
        throw Knobs.invalid(
            place,
            "names the file " + name + " of " + Files.size(file) + " bytes",
            "a secret of at most " + LONGEST);
      }
      byte[] bytes = Files.readAllBytes(file);
      int end = bytes.length;
      while (end > 0 && Character.isWhitespace(bytes[end - 1])) {
        end--;
      }
      return of(java.util.Arrays.copyOf(bytes, end), place, "the file " + name);
    } catch (IOException e) {
      throw Knobs.invalid(
          place,
          "names the file " + name + ", which cannot be read (" + e + ")",
          "a readable file");
    }
  }

  private static MaskingKey of(byte[] secret, String place, String holder) {
    if (secret.length < SHORTEST) {
      throw Knobs.invalid(
          place,
          "names " + holder + ", which holds " + secret.length + " bytes",
          "a secret of at least " + SHORTEST);
    }
    return new MaskingKey(secret);
  }

  /** Of what the parts say, told apart. */
  byte[] hmac(String... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(secret);
      for (String part : parts) {
        mac.update(part.getBytes(StandardCharsets.UTF_8));
        mac.update((byte) 0);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HmacSHA256", e);
    }
  }

  /** Tells equal keys from others without telling the key. */
  String fingerprint() {
    return HexFormat.of().formatHex(hmac("fingerprint"), 0, 8);
  }
}
