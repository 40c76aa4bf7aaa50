package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A text with placeholders: a column in braces. Doubled braces stand for one. */
final class PromptTemplate {
  /** Literal texts and columns in turn: literal 0, column 0, literal 1 ... */
  private final List<String> literals = new ArrayList<>();

  private final List<Integer> columns = new ArrayList<>();

  PromptTemplate(String text, Schema schema, String place) {
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean doubled = i + 1 < text.length() && text.charAt(i + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        literal.append(c);
        i++;
      } else if (c == '{') {
        int end = text.indexOf('}', i);
        if (end < 0) {
          throw Knobs.invalid(
              place, "opens a brace at character " + (i + 1), "{column}, or {{ for a brace");
        }
        columns.add(Knobs.column(schema, text.substring(i + 1, end), place));
        literals.add(literal.toString());
        literal.setLength(0);
        i = end;
      } else if (c == '}') {
        throw Knobs.invalid(
            place, "closes a brace at character " + (i + 1), "{column}, or }} for a brace");
      } else {
        literal.append(c);
      }
    }
    literals.add(literal.toString());
  }

  Set<Integer> columns() {
    return new LinkedHashSet<>(columns);
  }

  /** Nulls are empty. */
  String of(Row row) {
    StringBuilder out = new StringBuilder(literals.get(0));
    for (int i = 0; i < columns.size(); i++) {
      String value = row.text(columns.get(i));
      out.append(value == null ? "" : value).append(literals.get(i + 1));
    }
    return out.toString();
  }
}
