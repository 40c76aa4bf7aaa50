package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.FileFormat;
import com.auterity.neuroweaver.datasets.format.FileOptions;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.datasets.store.DatasetNames;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a load job was asked for.
 *
 * @param file absolute, as the node that loads sees it
 * @param partitionBy a column, or null for source order
 */
record LoadParameters(String name, Path file, FileOptions options, String partitionBy) {
  private static final Set<String> KNOWN =
      Set.of("name", "path", "format", "delimiter", "header", "quote", "columns", "partition_by");
  private static final Set<String> KNOWN_OF_COLUMN = Set.of("name", "type", "semantic", "nullable");

  /**
   * @throws NeuroWeaverException INVALID_INPUT naming the field, what was found and what is right
   */
  static LoadParameters of(ObjectNode json) {
    Fields fields = new Fields("", json, KNOWN);
    String name = fields.text("name");
    DatasetNames.check(name);
    Path file = fields.path("path");
    FileOptions options =
        FileOptions.of(format(fields, file)).withColumns(columns(json.get("columns")));
    return new LoadParameters(
        name, file, layout(options, fields), fields.textOrNull("partition_by"));
  }

  /** As declared, else as the delimiter says of a file whose name says nothing. */
  private static FileFormat format(Fields fields, Path file) {
    String format = fields.textOrNull("format");
    if (format != null) {
      return FileFormat.of(format);
    }
    String delimiter = fields.textOrNull("delimiter");
    if (delimiter != null && !FileFormat.isKnown(file)) {
      return delimiter.equals("\t") ? FileFormat.TSV : FileFormat.CSV;
    }
    return FileFormat.ofFile(file);
  }

  private static FileOptions layout(FileOptions format, Fields fields) {
    String delimiter = fields.textOrNull("delimiter");
    Boolean header = fields.boolOrNull("header");
    Boolean quote = fields.boolOrNull("quote");
    boolean delimited = format.format() == FileFormat.CSV || format.format() == FileFormat.TSV;
    if (!delimited && (delimiter != null || header != null || quote != null)) {
      throw NeuroWeaverException.invalid(
          (delimiter != null ? "delimiter" : header != null ? "header" : "quote")
              + ": means nothing for format "
              + format.format().word()
              + "; leave it out");
    }
    FileOptions options = format;
    if (delimiter != null) {
      if (delimiter.length() != 1) {
        throw NeuroWeaverException.invalid(
            "delimiter: expected exactly one character, found \"" + delimiter + "\"");
      }
      options = options.withDelimiter(delimiter.charAt(0));
    }
    if (header != null) {
      options = options.withHeader(header);
    }
    return quote == null ? options : options.withQuoted(quote);
  }

  private static List<ColumnDeclaration> columns(JsonNode json) {
    List<ColumnDeclaration> columns = new ArrayList<>();
    if (json == null || json.isNull()) {
      return columns;
    }
    if (!json.isArray() || json.isEmpty()) {
      throw NeuroWeaverException.invalid(
          "columns: expected a list of names or of {name, type, semantic, nullable}, found "
              + json);
    }
    for (JsonNode item : json) {
      String at = "columns[" + columns.size() + "]";
      if (item.isTextual() && !item.textValue().isBlank()) {
        columns.add(ColumnDeclaration.named(item.textValue()));
      } else if (item instanceof ObjectNode object) {
        Fields fields = new Fields(at + ".", object, KNOWN_OF_COLUMN);
        ColumnType type = fields.enumOrNull("type", ColumnType.class);
        SemanticType semantic = fields.enumOrNull("semantic", SemanticType.class);
        columns.add(
            new ColumnDeclaration(
                fields.text("name"),
                type,
                semantic == null ? SemanticType.NONE : semantic,
                !Boolean.FALSE.equals(fields.boolOrNull("nullable"))));
      } else {
        throw NeuroWeaverException.invalid(
            at + ": expected a name or {name, type, semantic, nullable}, found " + item);
      }
    }
    return columns;
  }
}
