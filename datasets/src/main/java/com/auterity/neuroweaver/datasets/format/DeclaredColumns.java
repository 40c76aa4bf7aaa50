package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lays what a user declared over the columns a file names itself. */
final class DeclaredColumns {
  private DeclaredColumns() {}

  /** The file's columns in its order; refuses a declaration of a column the file does not have. */
  static List<ColumnDeclaration> over(
      Path file, Collection<String> names, List<ColumnDeclaration> declared) {
    Map<String, ColumnDeclaration> columns = new LinkedHashMap<>();
    names.forEach(name -> columns.put(name, ColumnDeclaration.named(name)));
    for (ColumnDeclaration column : declared) {
      if (columns.replace(column.name(), column) == null) {
        throw DatasetFile.refused(
            file,
            "has no column " + column.name() + "; its columns are " + String.join(", ", names));
      }
    }
    return List.copyOf(columns.values());
  }
}
