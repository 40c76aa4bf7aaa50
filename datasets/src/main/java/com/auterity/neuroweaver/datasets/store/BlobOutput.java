package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * A blob that is written piece by piece in constant memory. It is there once {@link #finish} has
 * returned; closing it before leaves nothing. Not thread-safe.
 */
public final class BlobOutput extends OutputStream {
  private final Pieces pieces;
  private final long most;
  private final byte[] piece;
  private final MessageDigest digest = Sha256.digest();
  private int filled;
  private int count;
  private long bytes;
  private boolean ended;

  /** Where the pieces go. */
  interface Pieces {
    void put(int number, byte[] piece);

    void finish(Written blob);

    /** Takes back the pieces that were put. */
    void abandon();
  }

  /** What a finished blob holds. */
  public record Written(String sha256, long bytes) {}

  /**
   * @param most more bytes than these are TOO_LARGE
   */
  BlobOutput(String address, Pieces pieces, int pieceBytes, long most) {
    if (Sha256.isHex(address) || !address.matches("[A-Za-z0-9_-]+")) {
      throw new IllegalArgumentException("no address of a blob of its own: " + address);
    }
    this.pieces = pieces;
    this.piece = new byte[pieceBytes];
    this.most = most;
  }

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) {
    if (ended) {
      throw new IllegalStateException("the blob has ended");
    }
    if (length > most - bytes) {
      throw tooLarge(most);
    }
    digest.update(from, offset, length);
    bytes += length;
    int at = offset;
    int left = length;
    while (left > 0) {
      int part = Math.min(left, piece.length - filled);
      System.arraycopy(from, at, piece, filled, part);
      filled += part;
      at += part;
      left -= part;
      if (filled == piece.length) {
        putPiece();
      }
    }
  }

  /** Makes the blob be there. */
  public Written finish() {
    if (filled > 0) {
      putPiece();
    }
    Written written = new Written(HexFormat.of().formatHex(digest.digest()), bytes);
    pieces.finish(written);
    ended = true;
    return written;
  }

  private void putPiece() {
    pieces.put(count++, Arrays.copyOf(piece, filled));
    filled = 0;
  }

  @Override
  public void close() {
    if (!ended) {
      ended = true;
      pieces.abandon();
    }
  }

  public static NeuroWeaverException tooLarge(long most) {
    return new NeuroWeaverException(
        ErrorKind.TOO_LARGE,
        "the upload is longer than the "
            + most
            + " bytes that are taken: load it as a file the nodes see, or raise uploads.max_mb",
        Map.of("max_bytes", most));
  }
}
