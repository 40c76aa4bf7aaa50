package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files read to their end: as rows, and as a load reads them. */
record ReadFile(Schema schema, List<Row> rows, RejectedRows rejected, String whole) {
  static ReadFile of(Path file, FileOptions options) {
    return of(List.of(file), options);
  }

  static ReadFile of(List<Path> files, FileOptions options) {
    RejectedRows rejected = new RejectedRows(new RejectedRows.Kept(20, true));
    List<Row> rows = new ArrayList<>();
    try (RowReader reader = DatasetFile.open(files, options, rejected)) {
      Row row;
      while ((row = reader.next()) != null) {
        rows.add(row);
      }
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      rejected.writeWhole(whole);
      return new ReadFile(reader.schema(), rows, rejected, whole.toString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same through batches. */
  static ReadFile batches(List<Path> files, FileOptions options) {
    RejectedRows rejected = new RejectedRows(20);
    List<Row> rows = new ArrayList<>();
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    try (BatchSource source =
        DatasetFile.openBatches(
            files, options, BatchSource.Position.BEGINNING, new RejectedRows.Kept(20, true))) {
      BatchSource.Piece piece;
      while ((piece = source.next()) != null) {
        BatchSource.Batch batch = piece.call();
        rows.addAll(batch.rows().asRows());
        rejected.addAll(batch.rejected());
        batch.rejected().writeWhole(whole);
      }
      return new ReadFile(source.schema(), rows, rejected, whole.toString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<ColumnType> types() {
    return schema.columns().stream().map(Column::type).toList();
  }

  Object get(int row, String column) {
    return rows.get(row).get(schema.indexOf(column).orElseThrow());
  }
}
