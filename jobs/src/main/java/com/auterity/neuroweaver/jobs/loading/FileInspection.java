package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.format.DatasetFile;
import com.auterity.neuroweaver.datasets.format.FileOptions;
import com.auterity.neuroweaver.datasets.format.FilePatterns;
import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.format.RowReader;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a load would make of files, without loading them.
 *
 * @param options with the dialect that was told from the first file
 * @param records in the files; 0 when that is unknown
 */
public record FileInspection(
    List<Path> files, FileOptions options, Schema schema, long records, List<Row> first) {
  /** As many rejected rows are told of. */
  public static final int REJECTIONS_SHOWN = 5;

  /**
   * @param parameters those of a load job
   * @param rows how many first rows to read
   * @param rejected takes the rows rejected on the way to them
   */
  public static FileInspection of(ObjectNode parameters, int rows, RejectedRows rejected) {
    LoadParameters asked = LoadParameters.of(parameters);
    List<Path> files = FilePatterns.files(asked.patterns());
    FileOptions options = asked.options(files);
    try (RowReader reader = DatasetFile.open(files, options, rejected)) {
      List<Row> first = new ArrayList<>();
      Row row;
      while (first.size() < rows && (row = reader.next()) != null) {
        first.add(row);
      }
      return new FileInspection(
          files,
          DatasetFile.complete(files.get(0), options),
          reader.schema(),
          reader.records(),
          first);
    }
  }

  /** As a file for the load parameter {@code schema}. */
  public String yaml() {
    return SchemaFile.write(options, schema);
  }
}
