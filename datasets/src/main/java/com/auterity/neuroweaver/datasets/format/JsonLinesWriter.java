package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/**
 * Rows as JSON Lines, null included, so that the columns are those of the dataset. A column of JSON
 * is written as JSON where reading gives the same text back, else as the text.
 */
final class JsonLinesWriter implements RowWriter {
  private final Writer out;
  private final List<Column> columns;

  JsonLinesWriter(Writer out, Schema schema) {
    this.out = out;
    this.columns = schema.columns();
  }

  @Override
  public void write(Row row) throws IOException {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < row.size(); i++) {
      Column column = columns.get(i);
      JsonNode json =
          column.semantic() == SemanticType.JSON && row.get(i) instanceof String text
              ? json(text)
              : null;
      object.set(column.name(), json == null ? JsonText.node(row.get(i)) : json);
    }
    out.write(object.toString());
    out.write('\n');
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private static JsonNode json(String text) {
    try {
      JsonNode node = JsonRecords.MAPPER.readTree(text);
      return node.isContainerNode() && node.toString().equals(text) ? node : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
