package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A matrix in a mapped file, row-major and little-endian, in pieces of {@code pieceRows} rows. A
 * row with a number that is not finite is refused when it is read.
 */
final class StoredMatrix implements MatrixSource {
  private final String file;
  private final String name;
  private final Safetensors.Type type;
  private final int rows;
  private final int cols;
  private final int pieceRows;
  private final ByteBuffer[] pieces;
  private final FloatBuffer[] floats;

  StoredMatrix(
      String file,
      String name,
      Safetensors.Type type,
      int rows,
      int cols,
      int pieceRows,
      List<ByteBuffer> pieces) {
    this.file = file;
    this.name = name;
    this.type = type;
    this.rows = rows;
    this.cols = cols;
    this.pieceRows = pieceRows;
    this.pieces = new ByteBuffer[pieces.size()];
    this.floats = new FloatBuffer[pieces.size()];
    for (int i = 0; i < this.pieces.length; i++) {
      this.pieces[i] = pieces.get(i).slice().order(ByteOrder.LITTLE_ENDIAN);
      this.floats[i] = this.pieces[i].asFloatBuffer();
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  @Override
  public void read(int row, float[] to, int offset) {
    Objects.checkIndex(row, rows);
    if (cols == 0) {
      return;
    }
    ByteBuffer piece = pieces[row / pieceRows];
    int at = row % pieceRows * cols;
    switch (type) {
      case F32 -> floats[row / pieceRows].get(at, to, offset, cols);
      case F16 -> {
        for (int i = 0; i < cols; i++) {
          to[offset + i] = HalfPrecision.fromF16(piece.getShort(2 * (at + i)));
        }
      }
      case BF16 -> {
        for (int i = 0; i < cols; i++) {
          to[offset + i] = HalfPrecision.fromBf16(piece.getShort(2 * (at + i)));
        }
      }
    }
    // Zero times a number is zero unless the number is not finite.
    float zeros = 0;
    for (int i = 0; i < cols; i++) {
      zeros += to[offset + i] * 0f;
    }
    if (zeros != 0) {
      refuse(row, to, offset);
    }
  }

  private void refuse(int row, float[] values, int offset) {
    for (int i = 0; i < cols; i++) {
      float value = values[offset + i];
      if (!Float.isFinite(value)) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "%s: tensor %s has %s at row %d, column %d; every weight must be a finite number"
                .formatted(file, name, value, row, i),
            Map.of("file", file, "tensor", name));
      }
    }
  }
}
