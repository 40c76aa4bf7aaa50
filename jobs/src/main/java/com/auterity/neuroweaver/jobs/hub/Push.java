package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Puts files into a repository in one commit on top of the head it saw first: the hub is asked
 * which files are large, the large ones go to its storage, the others into the commit itself. Files
 * that the repository holds already are left out, so pushing twice changes nothing.
 */
final class Push {
  private static final int PREUPLOAD = 256;
  private static final long MOST_COMMIT_BYTES = 64L << 20;
  private static final String NDJSON = "application/x-ndjson";

  private final HubHttp http;
  private final Surroundings surroundings;
  private final Consumer<String> lines;

  Push(HubHttp http, Surroundings surroundings, Consumer<String> lines) {
    this.http = http;
    this.surroundings = surroundings;
    this.lines = lines;
  }

  /** What is to happen with the files of one push. */
  private record Plan(List<PushFile> large, List<PushFile> regular, int unchanged) {
    int changed() {
      return large.size() + regular.size();
    }
  }

  PushResult run(Path source, HubRepository repository, PushOptions options)
      throws InterruptedException {
    if (!http.access().hasToken()) {
      throw NeuroWeaverException.invalid(
          "pushing takes a token that may write; set HF_TOKEN to it");
    }
    List<PushFile> files = PushSource.of(source);
    if (options.create()) {
      create(repository, options.isPrivate());
    } else if (options.isPrivate()) {
      checkPrivate(repository);
    }
    String head = HubListing.commit(http, repository);
    Plan plan = plan(repository, files);
    if (plan.changed() == 0) {
      lines.accept("%s holds these %d files already".formatted(repository, files.size()));
      return new PushResult(head, 0, plan.unchanged(), 0);
    }
    long bytes = plan.large().stream().mapToLong(PushFile::size).sum();
    lines.accept(
        "%s: %d files to commit, %d of them large (%s), %d unchanged"
            .formatted(
                repository,
                plan.changed(),
                plan.large().size(),
                TransferLines.size(bytes),
                plan.unchanged()));
    TransferLines told = new TransferLines(surroundings.clock(), lines, "sent", bytes);
    if (!plan.large().isEmpty()) {
      new LargeUpload(http, repository, told).send(plan.large());
    }
    String commit = commit(repository, files, plan, head, options.message());
    lines.accept("%s: commit %s".formatted(repository, commit));
    return new PushResult(commit, plan.changed(), plan.unchanged(), told.bytesMoved());
  }

  private void create(HubRepository repository, boolean isPrivate) throws InterruptedException {
    ObjectNode body = HubHttp.JSON.createObjectNode();
    body.put("name", repository.name())
        .put("organization", repository.organization())
        .put("type", "model")
        .put("private", isPrivate);
    String what = repository.id() + ": creating it";
    HubCall call =
        HubCall.post(
            http.access().at("/api/repos/create"),
            HubCall.JSON,
            body.toString().getBytes(StandardCharsets.UTF_8));
    boolean made =
        http.retrying(
            what,
            () -> {
              try (HubAnswer answer = http.follow(what, call)) {
                if (answer.ok()) {
                  return true;
                }
                if (answer.status() == 409) {
                  return false;
                }
                throw http.refusal(what, answer);
              }
            });
    lines.accept(
        made
            ? "%s: created, %s".formatted(repository.id(), isPrivate ? "private" : "public")
            : repository.id() + " is there already");
    if (isPrivate) {
      checkPrivate(repository);
    }
  }

  /** What was to stay private does not go into a repository that everybody sees. */
  private void checkPrivate(HubRepository repository) throws InterruptedException {
    JsonNode info =
        http.json(
            repository.id(),
            HubCall.get(
                http.access().at("/api/models/" + repository.id()),
                Map.of("Accept", HubCall.JSON)));
    if (!info.path("private").asBoolean(false)) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "%s is public, and --private was asked for; nothing was pushed"
              .formatted(repository.id()),
          Map.of("repository", repository.id()));
    }
  }

  private Plan plan(HubRepository repository, List<PushFile> files) throws InterruptedException {
    String what = repository + ": asking which files are large";
    Map<String, JsonNode> answers = new HashMap<>();
    for (int i = 0; i < files.size(); i += PREUPLOAD) {
      ObjectNode body = HubHttp.JSON.createObjectNode();
      ArrayNode asked = body.putArray("files");
      for (PushFile file : files.subList(i, Math.min(files.size(), i + PREUPLOAD))) {
        asked
            .addObject()
            .put("path", file.path())
            .put("size", file.size())
            .put("sha", file.sha256())
            .put("sample", Base64.getEncoder().encodeToString(file.sample()));
      }
      JsonNode answer =
          http.json(
              what,
              HubCall.post(
                  http.access()
                      .at(
                          "/api/models/"
                              + repository.id()
                              + "/preupload/"
                              + repository.revisionSegment()),
                  HubCall.JSON,
                  body.toString().getBytes(StandardCharsets.UTF_8)));
      answer.path("files").forEach(file -> answers.put(file.path("path").asText(), file));
    }
    List<PushFile> large = new ArrayList<>();
    List<PushFile> regular = new ArrayList<>();
    int unchanged = 0;
    for (PushFile file : files) {
      JsonNode answer = answers.get(file.path());
      String mode = answer == null ? "" : answer.path("uploadMode").asText();
      if (!mode.equals("lfs") && !mode.equals("regular")) {
        throw HubHttp.lie(
            what, "for %s it says mode '%s'".formatted(file.path(), HubHttp.plain(mode)));
      }
      // An empty object cannot lie in a storage of objects.
      boolean isLarge = mode.equals("lfs") && file.size() > 0;
      if (answer.path("oid").asText().equals(isLarge ? file.sha256() : file.gitBlob())) {
        unchanged++;
      } else if (answer.path("shouldIgnore").asBoolean(false)) {
        throw NeuroWeaverException.invalid(
            "%s: its .gitignore leaves %s out; remove the file or the rule"
                .formatted(repository, file.path()));
      } else {
        (isLarge ? large : regular).add(file);
      }
    }
    return new Plan(large, regular, unchanged);
  }

  private String commit(
      HubRepository repository, List<PushFile> files, Plan plan, String head, String message)
      throws InterruptedException {
    String what = repository + ": committing";
    HubCall call =
        HubCall.post(
            http.access()
                .at("/api/models/" + repository.id() + "/commit/" + repository.revisionSegment()),
            NDJSON,
            body(plan, head, message));
    Backoff backoff = surroundings.backoff();
    while (true) {
      boolean first = backoff.failures() == 0;
      try (HubAnswer answer = http.follow(what, call)) {
        if (answer.ok()) {
          return commitOf(what, HubHttp.JSON.readTree(answer.body().readAll(1 << 20)));
        }
        boolean conflict = answer.status() == 409 || answer.status() == 412;
        NeuroWeaverException refusal = http.refusal(what, answer);
        if (conflict && !first) {
          // The attempt whose answer was lost may be what moved the head.
          Optional<String> landed = landed(repository, files);
          if (landed.isPresent()) {
            return landed.get();
          }
        }
        if (conflict) {
          throw new NeuroWeaverException(
              ErrorKind.CONFLICT,
              refusal.getMessage()
                  + "; its head is no longer "
                  + head
                  + ". Push again to go on top",
              refusal.details(),
              refusal);
        }
        throw refusal;
      } catch (IOException e) {
        backoff.failed(what, e);
      }
    }
  }

  /** The head, if the repository holds all files as they are here. */
  private Optional<String> landed(HubRepository repository, List<PushFile> files)
      throws InterruptedException {
    String head = HubListing.commit(http, repository);
    return plan(repository, files).changed() == 0 ? Optional.of(head) : Optional.empty();
  }

  private static String commitOf(String what, JsonNode answer) {
    String commit = answer.path("commitOid").asText();
    if (!commit.matches("[0-9a-f]{40,64}")) {
      throw HubHttp.lie(
          what,
          "it names no commit (commitOid is %s)"
              .formatted(HubHttp.plain(answer.path("commitOid").toString())));
    }
    return commit;
  }

  /** One JSON object a line: the header, then each file. */
  private static byte[] body(Plan plan, String head, String message) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    ObjectNode header = HubHttp.JSON.createObjectNode();
    header
        .put("key", "header")
        .putObject("value")
        .put("summary", message)
        .put("description", "")
        .put("parentCommit", head);
    line(body, header);
    long regular = plan.regular().stream().mapToLong(PushFile::size).sum();
    if (regular > MOST_COMMIT_BYTES) {
      throw new NeuroWeaverException(
          ErrorKind.TOO_LARGE,
          "the hub takes none of these files as large ones, and %s do not fit into one commit"
              .formatted(TransferLines.size(regular)));
    }
    for (PushFile file : plan.regular()) {
      ObjectNode line = HubHttp.JSON.createObjectNode().put("key", "file");
      line.putObject("value")
          .put("path", file.path())
          .put("encoding", "base64")
          .put("content", Base64.getEncoder().encodeToString(file.content()));
      line(body, line);
    }
    for (PushFile file : plan.large()) {
      file.checkUnchanged();
      ObjectNode line = HubHttp.JSON.createObjectNode().put("key", "lfsFile");
      line.putObject("value")
          .put("path", file.path())
          .put("algo", "sha256")
          .put("oid", file.sha256())
          .put("size", file.size());
      line(body, line);
    }
    return body.toByteArray();
  }

  private static void line(ByteArrayOutputStream body, JsonNode json) {
    body.writeBytes(json.toString().getBytes(StandardCharsets.UTF_8));
    body.write('\n');
  }
}
