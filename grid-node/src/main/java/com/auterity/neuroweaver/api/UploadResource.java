package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.FileFormat;
import com.auterity.neuroweaver.datasets.store.BlobOutput;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Files over HTTP: the body is the file, or has it as its one part; it is never in memory. */
final class UploadResource {
  private static final List<String> TEXTS =
      List.of("partition_by", "delimiter", "encoding", "records", "key");
  private static final List<String> BOOLS = List.of("header", "quote", "once");
  private static final List<String> LISTS = List.of("select", "evolve");

  private static final long MOST_SKIPPED = 64L << 20;

  private final DatasetAccess access;
  private final JsonMapper mapper;

  UploadResource(DatasetAccess access, JsonMapper mapper) {
    this.access = access;
    this.mapper = mapper;
  }

  List<Route<?, ?>> routes() {
    Route<Void, Job> route =
        new Route<Void, Job>(
                Route.Method.POST,
                "/datasets/upload",
                "Load a file that is the body, or the one part of a multipart body.",
                null,
                Job.class,
                null,
                Route.JSON,
                202,
                List.of(),
                (call, none) -> upload(call))
            .query("name", Route.Query.Type.STRING, "Name of the dataset.")
            .query("file", Route.Query.Type.STRING, "Name of the file; a part has its own.")
            .query(
                "format",
                Route.Query.Type.STRING,
                "One of " + FileFormat.words() + "; told from the file's name when left out.");
    for (String text : TEXTS) {
      route = route.query(text, Route.Query.Type.STRING, "As in a load.");
    }
    for (String bool : BOOLS) {
      route = route.query(bool, Route.Query.Type.STRING, "As in a load: true or false.");
    }
    for (String list : LISTS) {
      route =
          route.query(list, Route.Query.Type.STRING, "As in a load: names with commas between.");
    }
    return List.of(route.query("max_cell", Route.Query.Type.INTEGER, "As in a load."));
  }

  private Job upload(Call call) {
    try {
      return taken(call);
    } catch (NeuroWeaverException e) {
      skipRest(call);
      throw e;
    }
  }

  /** Many clients read no answer before they have sent everything: some of it is let in. */
  private static void skipRest(Call call) {
    if (call.awaitsContinue()) {
      return;
    }
    try {
      byte[] buffer = new byte[1 << 16];
      long skipped = 0;
      for (int n = 0; n >= 0 && skipped < MOST_SKIPPED; n = call.body().read(buffer)) {
        skipped += n;
      }
    } catch (IOException e) {
      // Nobody sends any more; the refusal stands.
      return;
    }
  }

  private Job taken(Call call) {
    if (call.contentLength() > access.mostUploadBytes()) {
      throw BlobOutput.tooLarge(access.mostUploadBytes());
    }
    String name = call.query("name");
    if (name == null) {
      throw NeuroWeaverException.invalid("name: is missing; it names the dataset");
    }
    try {
      String file = call.query("file");
      InputStream content;
      if (FilePart.isIn(call.contentType())) {
        FilePart part = FilePart.of(call.contentType(), call.body());
        file = file == null ? part.name() : file;
        content = part.content();
      } else {
        content = call.body();
      }
      file = file == null ? name : file;
      return access.upload(
          call.tenant(),
          file,
          parameters(call, name, file),
          call.idempotencyKey(),
          content::transferTo);
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "the upload broke off and left nothing: " + e.getMessage() + "; send it again",
          Map.of(),
          e);
    }
  }

  private ObjectNode parameters(Call call, String name, String file) {
    ObjectNode parameters = mapper.createObjectNode().put("name", name);
    String format = call.query("format");
    parameters.put(
        "format",
        format == null
            ? FileFormat.ofFile(Path.of(safe(file))).word()
            : FileFormat.of(format).word());
    for (String text : TEXTS) {
      if (call.query(text) != null) {
        parameters.put(text, call.query(text));
      }
    }
    for (String bool : BOOLS) {
      if (call.bool(bool) != null) {
        parameters.put(bool, call.bool(bool));
      }
    }
    for (String list : LISTS) {
      List<String> names = RowsResource.names(call.query(list));
      if (!names.isEmpty()) {
        ArrayNode array = parameters.putArray(list);
        names.forEach(array::add);
      }
    }
    if (call.query("max_cell") != null) {
      parameters.put("max_cell", (int) call.number("max_cell", 0, 1, Integer.MAX_VALUE));
    }
    return parameters;
  }

  /** A name a path can be made of; whether it is a file's is looked at later. */
  private static String safe(String file) {
    return file.replace('\0', '_');
  }
}
