package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * Rejects rows equal to one of lower source ordinal in any partition. Two passes: rows' keys (the
 * first 128 bits of SHA-256) are compared first, then this stage knows the ordinals to reject.
 */
final class ExactDuplicates implements Stage {
  static final String NAME = "exact_duplicates";

  private final List<Integer> columns = new ArrayList<>();
  private DuplicateSet duplicates = DuplicateSet.EMPTY;

  ExactDuplicates(Knobs knobs, Schema schema) {
    if (knobs.has("columns") && knobs.has("except")) {
      throw Knobs.invalid(knobs.place(), "has both columns and except", "one of the two");
    }
    if (knobs.has("columns")) {
      for (String name : knobs.texts("columns")) {
        columns.add(Knobs.column(schema, name, knobs.place() + ".columns"));
      }
    } else {
      List<Integer> except = new ArrayList<>();
      if (knobs.has("except")) {
        for (String name : knobs.texts("except")) {
          except.add(Knobs.column(schema, name, knobs.place() + ".except"));
        }
      }
      for (int i = 0; i < schema.columns().size(); i++) {
        if (!except.contains(i)) {
          columns.add(i);
        }
      }
      if (columns.isEmpty()) {
        throw Knobs.invalid(knobs.place() + ".except", "leaves no column", "fewer columns");
      }
    }
    knobs.done();
  }

  @Override
  public String name() {
    return NAME;
  }

  void know(DuplicateSet set) {
    this.duplicates = set;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    long original = duplicates.originalOf(row.ordinal());
    return original < 0
        ? Verdict.keep(row)
        : Verdict.reject("exact_duplicate", "equals the row of source ordinal " + original);
  }

  /** 128 bits over the compared columns, with lengths so that no two lists of values collide. */
  RowKey key(Row row) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    for (int column : columns) {
      String text = row.text(column);
      if (text == null) {
        digest.update(ByteBuffer.allocate(4).putInt(-1).flip());
      } else {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        digest.update(bytes);
      }
    }
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    return new RowKey(hash.getLong(), hash.getLong());
  }

  /** Two rows with equal keys hold equal values. */
  record RowKey(long high, long low) {}
}
