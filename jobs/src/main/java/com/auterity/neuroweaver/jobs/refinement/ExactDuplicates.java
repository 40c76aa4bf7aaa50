package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Rejects rows equal to one of lower source ordinal in any partition. Two passes: rows' keys (the
 * first 128 bits of SHA-256) are compared first, then this stage knows the ordinals to reject.
 */
final class ExactDuplicates implements SurveyStage {
  static final String NAME = "exact_duplicates";

  /** Rows whose keys the coordinator compares at a time: 24 bytes on the wire, about 150 here. */
  private static final long KEYS_AT_ONCE = 2_000_000;

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

  @Override
  public void know(byte[] findings) {
    duplicates = DuplicateSet.ofBytes(findings);
  }

  /** Bucket by bucket of keys, so that the coordinator's memory stays bounded. */
  @Override
  public Findings survey(Survey survey) {
    DuplicateSet.Finder finder = new DuplicateSet.Finder();
    int buckets = buckets(survey);
    for (int bucket = 0; bucket < buckets; bucket++) {
      survey.askAll(ByteBuffer.allocate(8).putInt(bucket).putInt(buckets).array(), finder::add);
      finder.settleBucket();
      survey.progress("comparing", (long) bucket + 1, buckets, "buckets");
    }
    return partition -> finder.of(partition).toBytes();
  }

  static int buckets(Survey survey) {
    return (int) (1 + survey.source().rows() / KEYS_AT_ONCE);
  }

  /** Of the rows of one bucket, triples of big-endian longs: key, key, ordinal. */
  @Override
  public byte[] collect(byte[] question, PartitionView partition) {
    ByteBuffer asked = ByteBuffer.wrap(question);
    int bucket = asked.getInt();
    int buckets = asked.getInt();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer triple = ByteBuffer.allocate(24);
    for (Iterator<Row> rows = partition.stored(); rows.hasNext(); ) {
      Row row = partition.entering(rows.next());
      if (row == null) {
        continue;
      }
      RowKey key = key(row);
      if (Long.remainderUnsigned(key.low(), buckets) == bucket) {
        triple.clear();
        triple.putLong(key.high()).putLong(key.low()).putLong(row.ordinal());
        out.writeBytes(triple.array());
      }
    }
    return out.toByteArray();
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    long original = duplicates.originalOf(row.ordinal());
    return original < 0
        ? Verdict.keep(row)
        : Verdict.reject("exact_duplicate", "equals the row of source ordinal " + original);
  }

  RowKey key(Row row) {
    return key(row, columns);
  }

  /** 128 bits over the columns, with lengths so that no two lists of values collide. */
  static RowKey key(Row row, List<Integer> columns) {
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
