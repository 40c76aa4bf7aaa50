package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.FileFormat;
import com.auterity.neuroweaver.datasets.format.FileOptions;
import com.auterity.neuroweaver.datasets.format.FilePatterns;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.DatasetNames;
import com.auterity.neuroweaver.datasets.store.Sha256;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * What a load job was asked for. The files are looked at when {@link #files} and {@link #options}
 * are asked for, so that a load that is finished needs them no more.
 *
 * @param patterns files, folders and globs, absolute, as the node that loads sees them; none for an
 *     upload
 * @param upload address of the blob that holds the file, or null
 * @param key by which a second load is known, or null
 * @param once whether the content is that key
 * @param partitionBy a column, or null for source order
 * @param rejects where rejected rows go, or null
 * @param evolution which differences to the newest version are allowed
 */
record LoadParameters(
    String name,
    List<String> patterns,
    Upload upload,
    String key,
    boolean once,
    Fields given,
    Fields declared,
    List<ColumnDeclaration> columns,
    String partitionBy,
    Path rejects,
    Evolution.Allowed evolution) {
  private static final Set<String> OF_SCHEMA =
      Set.of("format", "delimiter", "header", "quote", "encoding", "records", "columns");
  private static final Set<String> KNOWN =
      Set.of(
          "name",
          "path",
          "paths",
          "schema",
          "format",
          "delimiter",
          "header",
          "quote",
          "encoding",
          "records",
          "columns",
          "select",
          "max_cell",
          "rejects",
          "evolve",
          "rename",
          "partition_by",
          "key",
          "once",
          "upload",
          "upload_file",
          "upload_sha256");
  private static final Set<String> KNOWN_OF_COLUMN = Set.of("name", "type", "semantic", "nullable");

  /** Every blob that is a file somebody sent begins so; no other blob may be loaded. */
  static final String UPLOAD_PREFIX = "upload_";

  private static final int LONGEST_KEY = 200;

  /**
   * A file somebody sent, which lies in a blob until it is loaded.
   *
   * @param file its name, for messages
   */
  record Upload(String address, String file, String sha256) {}

  /**
   * @throws NeuroWeaverException INVALID_INPUT naming the field, what was found and what is right
   */
  static LoadParameters of(ObjectNode json) {
    Fields fields = new Fields("", json, KNOWN);
    String name = fields.text("name");
    DatasetNames.check(name);
    Fields declared = fields;
    JsonNode columns = json.get("columns");
    IntFunction<String> place = i -> "columns[" + i + "]";
    if (fields.has("schema")) {
      if (fields.has("columns")) {
        throw NeuroWeaverException.invalid("columns: the schema names them already; give one");
      }
      SchemaFile schema = SchemaFile.read(fields.path("schema"));
      declared = new Fields(key -> schema.place("/" + key) + key, schema.tree(), OF_SCHEMA);
      columns = schema.tree().get("columns");
      place = i -> schema.place("/columns/" + i) + "columns[" + i + "]";
    }
    Upload upload = upload(fields);
    String key = fields.textOrNull("key");
    boolean once = Boolean.TRUE.equals(fields.boolOrNull("once"));
    if (key != null && (once || key.isBlank() || key.length() > LONGEST_KEY)) {
      throw NeuroWeaverException.invalid(
          once
              ? "once: there is a key already; give one of them"
              : "key: expected 1 to " + LONGEST_KEY + " characters, found " + key.length());
    }
    return new LoadParameters(
        name,
        upload == null ? patterns(fields) : List.of(),
        upload,
        key,
        once,
        fields,
        declared,
        columns(columns, place),
        fields.textOrNull("partition_by"),
        fields.has("rejects") ? fields.path("rejects") : null,
        Evolution.Allowed.of(fields));
  }

  /**
   * The files there are now, sorted; an upload's is made here.
   *
   * @throws NeuroWeaverException NOT_FOUND when a pattern means none
   */
  List<Path> files(Supplier<BlobStore> blobs) {
    return upload == null
        ? FilePatterns.files(patterns)
        : List.of(blobs.get().materialize(upload.address()));
  }

  /** What is loaded, for messages. */
  String source() {
    return upload == null ? String.join(", ", patterns) : upload.file();
  }

  /** The SHA-256 of the files' bytes, one after the other. */
  String contentSha256(List<Path> files) {
    if (upload != null) {
      return upload.sha256();
    }
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[1 << 16];
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          digest.update(buffer, 0, n);
        }
      } catch (IOException e) {
        throw new NeuroWeaverException(
            ErrorKind.UNAVAILABLE, file + " cannot be read: " + e.getMessage(), Map.of(), e);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static Upload upload(Fields fields) {
    String address = fields.textOrNull("upload");
    if (address == null) {
      for (String part : List.of("upload_file", "upload_sha256")) {
        if (fields.has(part)) {
          throw NeuroWeaverException.invalid(part + ": means nothing without an upload");
        }
      }
      return null;
    }
    if (fields.has("path") || fields.has("paths")) {
      throw NeuroWeaverException.invalid("path: there is an upload already; give one of them");
    }
    if (!address.matches(UPLOAD_PREFIX + "[A-Za-z0-9-]+")) {
      throw NeuroWeaverException.invalid("upload: \"" + address + "\" is the id of no upload");
    }
    // Its file has no ending that would tell.
    FileFormat.of(fields.text("format"));
    return new Upload(address, fields.text("upload_file"), fields.text("upload_sha256"));
  }

  /** How to read the files. */
  FileOptions options(List<Path> files) {
    FileOptions options = layout(FileOptions.sniffing(format(files))).withColumns(columns);
    String encoding = text("encoding");
    if (encoding != null) {
      if (!options.format().text()) {
        throw meaningless("encoding", options.format());
      }
      options = options.withEncoding(charset(encoding));
    }
    String records = text("records");
    if (records != null) {
      if (options.format() != FileFormat.JSON) {
        throw meaningless("records", options.format());
      }
      options = options.withRecords(records);
    }
    Integer maxCell = given.intOrNull("max_cell");
    if (maxCell != null) {
      options = options.withMaxCell(maxCell);
    }
    return options.withSelect(given.texts("select"));
  }

  /** Refuses a reject file that is there already or cannot be written. */
  void checkRejects() {
    if (rejects != null) {
      Fields.checkNew("rejects", rejects);
    }
  }

  private static List<String> patterns(Fields fields) {
    if (fields.has("path") == fields.has("paths")) {
      throw NeuroWeaverException.invalid(
          fields.has("path")
              ? "paths: there is a path already; give one of them"
              : "path: is missing");
    }
    List<String> named = fields.has("path") ? List.of(fields.text("path")) : fields.texts("paths");
    return named.stream().map(path -> Fields.absolute("path", path).toString()).toList();
  }

  private String text(String name) {
    String text = given.textOrNull(name);
    return text == null ? declared.textOrNull(name) : text;
  }

  private Boolean bool(String name) {
    Boolean bool = given.boolOrNull(name);
    return bool == null ? declared.boolOrNull(name) : bool;
  }

  /** As declared, else as the delimiter says of a file whose name says nothing. */
  private FileFormat format(List<Path> files) {
    String format = text("format");
    if (format != null) {
      return FileFormat.of(format);
    }
    String delimiter = text("delimiter");
    if (delimiter != null && files.stream().noneMatch(FileFormat::isKnown)) {
      return delimiter.equals("\t") ? FileFormat.TSV : FileFormat.CSV;
    }
    FileFormat first = FileFormat.ofFile(files.get(0));
    for (Path file : files) {
      if (FileFormat.ofFile(file) != first) {
        throw NeuroWeaverException.invalid(
            "format: "
                + files.get(0)
                + " is "
                + first.word()
                + ", "
                + file
                + " "
                + FileFormat.ofFile(file).word()
                + "; load them apart, or name the files with a glob such as *."
                + first.word());
      }
    }
    return first;
  }

  private FileOptions layout(FileOptions format) {
    String delimiter = text("delimiter");
    Boolean header = bool("header");
    Boolean quote = bool("quote");
    boolean delimited = format.format() == FileFormat.CSV || format.format() == FileFormat.TSV;
    if (!delimited && (delimiter != null || header != null || quote != null)) {
      throw meaningless(
          delimiter != null ? "delimiter" : header != null ? "header" : "quote", format.format());
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

  private static NeuroWeaverException meaningless(String parameter, FileFormat format) {
    return NeuroWeaverException.invalid(
        parameter + ": means nothing for format " + format.word() + "; leave it out");
  }

  private static Charset charset(String name) {
    try {
      return Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw NeuroWeaverException.invalid(
          "encoding: \""
              + name
              + "\" is unknown; right would be utf-8, utf-16, windows-1252, iso-8859-1 ...");
    }
  }

  private static List<ColumnDeclaration> columns(JsonNode json, IntFunction<String> place) {
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
      String at = place.apply(columns.size());
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
