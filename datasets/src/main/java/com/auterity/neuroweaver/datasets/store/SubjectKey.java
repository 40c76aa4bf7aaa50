package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.BadValueException;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.TextValues;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Hashes that stand for a data subject's key value, so that a request to erase somebody keeps no
 * trace of who it was: SHA-256 over a salt and the value's text. One hash for each way the value
 * may be written: as given, and as every type of column would print it.
 */
public final class SubjectKey {
  private SubjectKey() {}

  /** The hash of a value's text. */
  public static String hash(String salt, String text) {
    MessageDigest digest = Sha256.digest();
    digest.update(salt.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The hash of the value as given first, then those of its other forms. */
  public static List<String> hashes(String salt, String value) {
    List<String> hashes = new ArrayList<>();
    for (ColumnType type : ColumnType.values()) {
      try {
        String hash = hash(salt, TextValues.parse(type, value).toString());
        if (type == ColumnType.STRING) {
          hashes.remove(hash);
          hashes.add(0, hash);
        } else if (type != ColumnType.BOOL && !hashes.contains(hash)) {
          // Nobody is named true or false, and "1" would be.
          hashes.add(hash);
        }
      } catch (BadValueException e) {
        // A column of this type has no such value.
        continue;
      }
    }
    return hashes;
  }
}
