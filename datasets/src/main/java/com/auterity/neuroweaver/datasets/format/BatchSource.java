package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.concurrent.Callable;

/**
 * The rows of one file in batches, for many threads: the pieces are read one after the other, and
 * each may be decoded by any thread. Gives the same rows and ordinals as a {@link RowReader}.
 */
public interface BatchSource extends AutoCloseable {
  Schema schema();

  /** How many records the file has, rejected ones too; 0 while that is unknown. */
  long records();

  /**
   * The next piece, or null at the end. Called from one thread, as {@link #close} is.
   *
   * @throws com.auterity.neuroweaver.datasets.NeuroWeaverException INVALID_INPUT naming file and
   *     place when the rest of the file cannot be read; decoding throws it too
   */
  Piece next();

  @Override
  void close();

  /** A part of the file that waits to be decoded. */
  interface Piece extends Callable<Batch> {
    /** About the bytes of memory it takes once it is decoded. */
    long weight();

    @Override
    Batch call();
  }

  /**
   * Rows that can be taken, and those of the same piece that cannot.
   *
   * @param start where the piece begins
   */
  record Batch(RowBatch rows, RejectedRows rejected, Position start) {}

  /**
   * A place between two pieces, from which the file can be opened again.
   *
   * @param offset bytes of text before it; 0 where that means nothing
   * @param line the next line, from 1
   * @param records before it, rejected ones too
   */
  record Position(long offset, long line, long records) {
    public static final Position BEGINNING = new Position(0, 1, 0);
  }
}
