package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts large files into the hub's storage as Git LFS does: the batch call names an address for each
 * object the storage lacks, the bytes go there in one piece or in the parts it asks for, and the
 * hub is told to verify. An object that is there already is not sent, so a push that broke off goes
 * on with the file it was at.
 */
final class LargeUpload {
  private static final int BATCH = 100;
  private static final int MOST_PARTS = 10_000;
  private static final String LFS_JSON = "application/vnd.git-lfs+json";

  /** Headers that the HTTP client sets by itself and does not let others set. */
  private static final Set<String> CLIENTS_OWN =
      Set.of("host", "content-length", "connection", "expect", "upgrade", "transfer-encoding");

  private final HubHttp http;
  private final HubRepository repository;
  private final TransferLines lines;

  LargeUpload(HubHttp http, HubRepository repository, TransferLines lines) {
    this.http = http;
    this.repository = repository;
    this.lines = lines;
  }

  void send(List<PushFile> files) throws InterruptedException {
    // Equal contents are one object.
    Map<String, PushFile> objects = new TreeMap<>();
    files.forEach(file -> objects.putIfAbsent(file.sha256(), file));
    List<PushFile> all = new ArrayList<>(objects.values());
    for (int i = 0; i < all.size(); i += BATCH) {
      List<PushFile> some = all.subList(i, Math.min(all.size(), i + BATCH));
      Map<String, JsonNode> answers = batch(some);
      for (PushFile file : some) {
        send(file, answers.get(file.sha256()));
      }
    }
  }

  private void send(PushFile file, JsonNode object) throws InterruptedException {
    JsonNode actions = object.path("actions");
    if (!actions.has("upload")) {
      lines.had(file.size());
      lines.event(file.path() + "  the hub's storage has it");
      return;
    }
    file.checkUnchanged();
    try {
      upload(file, actions.path("upload"));
    } catch (ExpiredException e) {
      // A signed address lives for minutes; a long queue before this file outlives it.
      actions = batch(List.of(file)).get(file.sha256()).path("actions");
      if (actions.has("upload")) {
        try {
          upload(file, actions.path("upload"));
        } catch (ExpiredException again) {
          throw again.refusal();
        }
      }
    }
    if (actions.has("verify")) {
      verify(file, actions.path("verify"));
    }
    lines.event("%s  %s  sent".formatted(file.path(), TransferLines.size(file.size())));
  }

  private Map<String, JsonNode> batch(List<PushFile> files) throws InterruptedException {
    String what = repository + ": asking where to put large files";
    ObjectNode body = HubHttp.JSON.createObjectNode();
    body.put("operation", "upload").put("hash_algo", "sha256");
    body.putArray("transfers").add("basic").add("multipart");
    body.putObject("ref").put("name", repository.revision());
    ArrayNode objects = body.putArray("objects");
    files.forEach(f -> objects.addObject().put("oid", f.sha256()).put("size", f.size()));
    JsonNode answer =
        http.json(
            what,
            HubCall.post(
                    http.access().at("/" + repository.id() + ".git/info/lfs/objects/batch"),
                    LFS_JSON,
                    bytes(body))
                .with(Map.of("Accept", LFS_JSON)));
    String transfer = answer.path("transfer").asText("basic");
    if (!transfer.equals("basic") && !transfer.equals("multipart")) {
      throw HubHttp.lie(what, "it wants transfer " + HubHttp.plain(transfer));
    }
    Map<String, JsonNode> byHash = new HashMap<>();
    for (JsonNode object : answer.path("objects")) {
      byHash.put(object.path("oid").asText(), object);
    }
    for (PushFile file : files) {
      JsonNode object = byHash.get(file.sha256());
      if (object == null) {
        throw HubHttp.lie(what, "it says nothing about " + file.path());
      }
      if (object.has("error")) {
        throw new NeuroWeaverException(
            ErrorKind.UNPROCESSABLE,
            "%s: the hub does not take %s: %s (%s)"
                .formatted(
                    repository,
                    file.path(),
                    HubHttp.plain(object.path("error").path("message").asText()),
                    object.path("error").path("code").asText()),
            Map.of("file", file.file().toString()));
      }
    }
    return byHash;
  }

  private void upload(PushFile file, JsonNode action)
      throws InterruptedException, ExpiredException {
    if (action.path("header").has("chunk_size")) {
      inParts(file, action);
      return;
    }
    put(file, address(file, action), headers(action), 0, file.size());
  }

  private void inParts(PushFile file, JsonNode action)
      throws InterruptedException, ExpiredException {
    String what = repository + ": " + file.path();
    long chunk = action.path("header").path("chunk_size").asLong();
    TreeMap<Integer, String> addresses = new TreeMap<>();
    action
        .path("header")
        .properties()
        .forEach(
            entry -> {
              if (entry.getKey().matches("\\d{1,6}")) {
                addresses.put(Integer.parseInt(entry.getKey()), entry.getValue().asText());
              }
            });
    long expected = chunk < 1 ? 0 : (file.size() + chunk - 1) / chunk;
    if (expected < 1 || expected > MOST_PARTS || addresses.size() != expected) {
      throw HubHttp.lie(
          what,
          "for %d bytes in parts of %d it names %d addresses"
              .formatted(file.size(), chunk, addresses.size()));
    }
    ObjectNode done = HubHttp.JSON.createObjectNode().put("oid", file.sha256());
    ArrayNode parts = done.putArray("parts");
    long offset = 0;
    for (String address : addresses.values()) {
      long length = Math.min(chunk, file.size() - offset);
      Optional<String> tag = put(file, address(what, address), Map.of(), offset, length);
      parts
          .addObject()
          .put("partNumber", parts.size())
          .put(
              "etag",
              tag.orElseThrow(() -> HubHttp.lie(what, "a part was taken without an entity tag")));
      offset += length;
    }
    http.done(
        what + ": putting the parts together",
        HubCall.post(address(file, action), LFS_JSON, bytes(done))
            .with(Map.of("Accept", LFS_JSON)));
  }

  /** Sends bytes to the storage; gives the entity tag. */
  private Optional<String> put(
      PushFile file, URI address, Map<String, String> headers, long offset, long length)
      throws InterruptedException, ExpiredException {
    String what = repository + ": " + file.path();
    HubCall call =
        new HubCall(
            "PUT",
            address,
            headers,
            () ->
                length == 0
                    ? BodyPublishers.noBody()
                    : FileSlice.publisher(file.file(), offset, length),
            length);
    // A refusal of the storage leaves the retry loop as a value: only 403 is worth a new address.
    Object outcome =
        http.retrying(
            what,
            () -> {
              try (HubAnswer answer = http.follow(what, call)) {
                if (answer.ok()) {
                  return answer.header("ETag");
                }
                NeuroWeaverException refusal = http.refusal(what, answer);
                if (answer.status() == 403 && !http.access().isOwn(address)) {
                  return new ExpiredException(refusal);
                }
                throw refusal;
              }
            });
    if (outcome instanceof ExpiredException expired) {
      throw expired;
    }
    lines.moved(length);
    @SuppressWarnings("unchecked")
    Optional<String> tag = (Optional<String>) outcome;
    return tag;
  }

  private void verify(PushFile file, JsonNode action) throws InterruptedException {
    ObjectNode body = HubHttp.JSON.createObjectNode();
    body.put("oid", file.sha256()).put("size", file.size());
    http.done(
        repository + ": verifying " + file.path(),
        HubCall.post(address(file, action), LFS_JSON, bytes(body))
            .with(headers(action))
            .with(Map.of("Accept", LFS_JSON)));
  }

  private URI address(PushFile file, JsonNode action) {
    return address(repository + ": " + file.path(), action.path("href").asText());
  }

  private URI address(String what, String text) {
    try {
      URI address = new URI(text);
      String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
      boolean open = scheme.equals("http");
      boolean hubIsOpen = "http".equalsIgnoreCase(http.access().endpoint().getScheme());
      if (address.getHost() != null && (scheme.equals("https") || open && hubIsOpen)) {
        return address;
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw HubHttp.lie(what, "it names an address to upload to that is none, or not https");
  }

  private static Map<String, String> headers(JsonNode action) {
    Map<String, String> headers = new HashMap<>();
    action
        .path("header")
        .properties()
        .forEach(
            entry -> {
              String value = entry.getValue().asText();
              if (entry.getKey().matches("[A-Za-z][A-Za-z0-9-]*")
                  && !CLIENTS_OWN.contains(entry.getKey().toLowerCase(Locale.ROOT))
                  && value.chars().allMatch(c -> c >= ' ' && c < 127)) {
                headers.put(entry.getKey(), value);
              }
            });
    return headers;
  }

  private static byte[] bytes(JsonNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The storage no longer takes what its signed address allowed. */
  private static final class ExpiredException extends Exception {
    private static final long serialVersionUID = 1L;

    private final NeuroWeaverException refusal;

    ExpiredException(NeuroWeaverException refusal) {
      super(refusal);
      this.refusal = refusal;
    }

    NeuroWeaverException refusal() {
      return refusal;
    }
  }
}
