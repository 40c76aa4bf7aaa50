package com.auterity.neuroweaver.datasets.schema;

import org.apache.arrow.vector.VectorSchemaRoot;

/** Rows as Arrow vectors, for those who speak Arrow; without the ordinals that chunks keep. */
public final class ArrowRows {
  private ArrowRows() {}

  public static org.apache.arrow.vector.types.pojo.Schema schema(Schema schema) {
    return new org.apache.arrow.vector.types.pojo.Schema(
        schema.columns().stream().map(ColumnVector::field).toList());
  }

  /**
   * Makes the vectors hold these rows.
   *
   * @param root of the batch's {@link #schema}
   */
  public static void fill(RowBatch batch, VectorSchemaRoot root) {
    if (batch.rows() == 0) {
      root.allocateNew();
      root.setRowCount(0);
      return;
    }
    for (int c = 0; c < batch.schema().columns().size(); c++) {
      new ColumnVector(root.getVector(c)).set(batch.column(c));
    }
    root.setRowCount(batch.rows());
  }
}
