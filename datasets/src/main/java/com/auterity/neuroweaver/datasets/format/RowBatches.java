package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.function.Function;

/** Batches of a reader that has rows only: they are already decoded when they are handed out. */
final class RowBatches implements BatchSource {
  private static final int ROWS = 4_096;
  private static final int WEIGHT = 4 << 20;

  private final RejectedRows rejected;
  private final RowReader reader;
  private final Position from;
  private Row ahead;
  private long records;

  /**
   * @param kept what is remembered of the rejected rows of each piece
   */
  RowBatches(RejectedRows.Kept kept, Position from, Function<RejectedRows, RowReader> opening) {
    this.rejected = new RejectedRows(kept);
    this.reader = opening.apply(rejected);
    this.from = from;
    this.records = from.records();
  }

  @Override
  public Schema schema() {
    return reader.schema();
  }

  @Override
  public long records() {
    return reader.records();
  }

  @Override
  public Piece next() {
    if (records == from.records() && ahead == null) {
      skip();
    }
    RowBatch rows = new RowBatch(reader.schema(), ROWS);
    Position start = new Position(0, 0, records);
    long weight = 0;
    while (ahead != null && rows.rows() < ROWS && weight < WEIGHT) {
      rows.add(ahead);
      weight += rows.weight(rows.rows() - 1);
      records = ahead.ordinal() + 1;
      ahead = reader.next();
    }
    RejectedRows since = rejected.take();
    if (rows.rows() == 0 && since.total() == 0) {
      return null;
    }
    Batch batch = new Batch(rows, since, start);
    long bytes = weight;
    return new Piece() {
      @Override
      public long weight() {
        return bytes;
      }

      @Override
      public Batch call() {
        return batch;
      }
    };
  }

  /** Goes to the first row that is wanted; rejections before it were counted before. */
  private void skip() {
    ahead = reader.next();
    while (ahead != null && ahead.ordinal() < from.records()) {
      ahead = reader.next();
    }
    if (from.records() > 0) {
      rejected.take();
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
