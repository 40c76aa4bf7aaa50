package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.DatasetFile;
import com.auterity.neuroweaver.datasets.format.FileFormat;
import com.auterity.neuroweaver.datasets.format.FileOptions;
import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.format.RowReader;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.Widening;
import com.auterity.neuroweaver.datasets.store.Manifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How the files of a new version are read so that it goes on where the newest version of the
 * dataset stands: the same columns in its order, of its types where they hold the values, with what
 * they mean. Other columns or wider types are refused unless they are allowed by name.
 */
final class Evolution {
  private final Manifest newest;
  private final Allowed allowed;
  private final List<String> refused = new ArrayList<>();
  private final Set<Change> needed = EnumSet.noneOf(Change.class);

  /** A difference between a dataset's newest version and the next. */
  enum Change {
    /** A column the newest version does not have. */
    ADD,
    /** A column of the newest version that is not there any more. */
    DROP,
    /** A column whose type must be wider to hold the new values, or that may be without value. */
    WIDEN;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What a user allows.
   *
   * @param renames new names by those of the newest version
   */
  record Allowed(Set<Change> changes, Map<String, String> renames) {
    static Allowed of(Fields fields) {
      Set<Change> changes = EnumSet.noneOf(Change.class);
      for (String word : fields.texts("evolve")) {
        changes.add(
            Arrays.stream(Change.values())
                .filter(change -> change.word().equals(word))
                .findFirst()
                .orElseThrow(
                    () ->
                        NeuroWeaverException.invalid(
                            "evolve: expected some of add, drop, widen, found \"" + word + "\"")));
      }
      return new Allowed(changes, fields.textsByName("rename"));
    }
  }

  /**
   * How the files are to be read.
   *
   * @param records how many there are when that was found out, else 0
   */
  record Plan(FileOptions options, long records) {}

  private Evolution(Manifest newest, Allowed allowed) {
    this.newest = newest;
    this.allowed = allowed;
  }

  /**
   * @param newest version of the dataset, or null when there is none
   * @throws NeuroWeaverException CONFLICT naming the differences that are not allowed
   */
  static Plan plan(List<Path> files, FileOptions options, Manifest newest, Allowed allowed) {
    if (newest == null) {
      if (!allowed.renames.isEmpty()) {
        throw NeuroWeaverException.invalid(
            "rename: there is no version yet whose columns could be renamed");
      }
      return new Plan(options, 0);
    }
    try (RowReader rows =
        DatasetFile.open(files, options.withSelect(List.of()), new RejectedRows(0))) {
      return new Evolution(newest, allowed).plan(options, rows);
    }
  }

  private Plan plan(FileOptions options, RowReader rows) {
    Schema file = rows.schema();
    List<Column> found =
        options.select().isEmpty()
            ? file.columns()
            : file.columns().stream().filter(c -> options.select().contains(c.name())).toList();
    checkRenames(found.stream().map(Column::name).toList());
    Map<String, ColumnDeclaration> asked = new HashMap<>();
    options.columns().stream()
        .filter(column -> !column.equals(ColumnDeclaration.named(column.name())))
        .forEach(column -> asked.put(column.name(), column));
    Map<String, ColumnDeclaration> columns = new LinkedHashMap<>();
    file.columns().forEach(column -> columns.put(column.name(), ColumnDeclaration.of(column)));
    List<String> added = new ArrayList<>();
    for (Column column : found) {
      Column old = old(column.name());
      if (old == null) {
        differ(Change.ADD, column.name() + " (" + word(column.type()) + ") is new");
        added.add(column.name());
      } else {
        columns.put(
            column.name(),
            goOn(column, old, asked.get(column.name()), rows.valueless().contains(column.name())));
      }
    }
    List<String> order = new ArrayList<>();
    for (Column column : newest.schema().columns()) {
      String name = allowed.renames.getOrDefault(column.name(), column.name());
      if (found.stream().anyMatch(c -> c.name().equals(name))) {
        order.add(name);
      } else {
        differ(Change.DROP, column.name() + " is missing");
      }
    }
    order.addAll(added);
    if (!refused.isEmpty()) {
      throw refusal();
    }
    List<ColumnDeclaration> known =
        columns.values().stream().map(column -> untypedAsHeld(column, file, options)).toList();
    boolean inOrder = order.equals(file.names());
    return new Plan(
        options.withColumns(known).withSelect(inOrder ? List.of() : order), rows.records());
  }

  /** A column that both have: of the old type where it holds the new values. */
  private ColumnDeclaration goOn(
      Column found, Column old, ColumnDeclaration asked, boolean valueless) {
    boolean typeAsked = asked != null && asked.type() != null;
    ColumnType type;
    if (typeAsked) {
      type = asked.type();
      if (!Widening.allows(old.type(), type)) {
        throw NeuroWeaverException.invalid(
            "columns: "
                + found.name()
                + " is "
                + word(old.type())
                + " in "
                + newest.name()
                + "@"
                + newest.version()
                + ", which "
                + word(type)
                + " does not hold; declare it as "
                + word(old.type())
                + " or load it as another dataset");
      }
    } else {
      type = valueless ? old.type() : Widening.join(found.type(), old.type());
    }
    if (type != old.type()) {
      differ(Change.WIDEN, found.name() + " is " + word(type) + " instead of " + word(old.type()));
    }
    boolean nullable = asked == null ? old.nullable() : asked.nullable();
    if (nullable && !old.nullable()) {
      differ(Change.WIDEN, found.name() + " may be without value");
    }
    return new ColumnDeclaration(
        found.name(), type, asked == null ? old.semantic() : asked.semantic(), nullable);
  }

  /** A file with types of its own is read in them, which is faster. */
  private static ColumnDeclaration untypedAsHeld(
      ColumnDeclaration column, Schema file, FileOptions options) {
    boolean typed = options.format() == FileFormat.PARQUET || options.format() == FileFormat.ARROW;
    ColumnType held = file.columns().get(file.indexOf(column.name()).orElseThrow()).type();
    return typed && held == column.type()
        ? new ColumnDeclaration(column.name(), null, column.semantic(), column.nullable())
        : column;
  }

  private void checkRenames(List<String> found) {
    allowed.renames.forEach(
        (from, to) -> {
          if (newest.schema().indexOf(from).isEmpty() || found.contains(from)) {
            throw NeuroWeaverException.invalid(
                "rename: "
                    + from
                    + (found.contains(from)
                        ? " is still a column of the files"
                        : " is no column of " + newest.name() + "@" + newest.version()));
          }
          if (!found.contains(to) || newest.schema().indexOf(to).isPresent()) {
            throw NeuroWeaverException.invalid(
                "rename: "
                    + to
                    + (found.contains(to)
                        ? " is a column of " + newest.name() + "@" + newest.version() + " already"
                        : " is no column of the files"));
          }
        });
  }

  private Column old(String name) {
    for (Map.Entry<String, String> rename : allowed.renames.entrySet()) {
      if (rename.getValue().equals(name)) {
        return newest
            .schema()
            .columns()
            .get(newest.schema().indexOf(rename.getKey()).orElseThrow());
      }
    }
    OptionalInt index = newest.schema().indexOf(name);
    return index.isEmpty() ? null : newest.schema().columns().get(index.getAsInt());
  }

  private void differ(Change change, String how) {
    if (!allowed.changes.contains(change)) {
      refused.add(how);
      needed.add(change);
    }
  }

  private NeuroWeaverException refusal() {
    String words = needed.stream().map(Change::word).collect(Collectors.joining(", "));
    boolean renamed = needed.contains(Change.ADD) && needed.contains(Change.DROP);
    return new NeuroWeaverException(
        ErrorKind.CONFLICT,
        "the columns are not those of "
            + newest.name()
            + "@"
            + newest.version()
            + ": "
            + String.join("; ", refused)
            + ". Allow it with evolve: ["
            + words
            + "]"
            + (renamed ? ", say with rename: {old: new} which column has another name," : "")
            + " or load under another name",
        Map.of("dataset", newest.name(), "version", newest.version(), "evolve", words));
  }

  private static String word(ColumnType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
