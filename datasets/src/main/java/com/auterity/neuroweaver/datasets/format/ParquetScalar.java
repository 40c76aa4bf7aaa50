package com.auterity.neuroweaver.datasets.format;

import java.util.function.Consumer;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.PrimitiveConverter;

/** Hands a primitive on as the value its {@link ParquetCell} makes of it; null when it cannot. */
class ParquetScalar extends PrimitiveConverter {
  final ParquetCell cell;
  final Consumer<Object> sink;
  final Consumer<RuntimeException> problem;

  /**
   * @param problem told of a value that cannot be taken
   */
  ParquetScalar(ParquetCell cell, Consumer<Object> sink, Consumer<RuntimeException> problem) {
    this.cell = cell;
    this.sink = sink;
    this.problem = problem;
  }

  @Override
  public void addBoolean(boolean value) {
    sink.accept(value);
  }

  @Override
  public void addDouble(double value) {
    sink.accept(value);
  }

  @Override
  public void addFloat(float value) {
    sink.accept((double) value);
  }

  @Override
  public void addInt(int value) {
    addLong(value);
  }

  @Override
  public void addLong(long value) {
    try {
      sink.accept(cell.ofInteger().apply(value));
    } catch (RuntimeException e) {
      refuse(e);
    }
  }

  @Override
  public void addBinary(Binary value) {
    try {
      sink.accept(cell.ofBytes().apply(value));
    } catch (RuntimeException e) {
      refuse(e);
    }
  }

  void refuse(RuntimeException why) {
    sink.accept(null);
    problem.accept(why);
  }
}
