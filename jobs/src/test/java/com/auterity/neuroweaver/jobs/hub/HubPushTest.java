package com.auterity.neuroweaver.jobs.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HubPushTest extends HubBench {
  private static final PushOptions PLAIN = new PushOptions(false, false, "A model");
  private static final PushOptions CREATE = new PushOptions(true, false, "A model");
  private static final PushOptions CREATE_PRIVATE = new PushOptions(true, true, "A model");

  @Test
  void theProjectsOwnModelComesBackAsItWas() throws Exception {
    Path nano = ModelFolder.resolve("nano");
    client().push(nano, TINY, CREATE_PRIVATE);
    assertTrue(server.repository(ID).isPrivate);
    assertEquals(List.of("A model"), server.repository(ID).messages);
    PullResult pulled = client().pull(TINY, target(), List.of());
    ModelFolder back = ModelFolder.open(ModelFolder.resolve(pulled.folder().toString()));
    assertEquals(ModelFolder.open(nano).sha256(), back.sha256());
    assertEquals(-1, Files.mismatch(nano.resolve("config.json"), target().resolve("config.json")));
    assertFalse(Files.exists(target().resolve("README.md")));
    assertTrue(server.repository(ID).files.containsKey("README.md"));
  }

  @Test
  void largeFilesGoToTheStorageWithoutTheTokenAndAllIsOneCommit() throws Exception {
    server.repository(ID);
    Path source = model();
    PushResult result = client().push(source, TINY, PLAIN);
    assertEquals(
        Set.of("config.json", "model.safetensors", "deep/notes.txt"),
        server.repository(ID).files.keySet());
    assertArrayEquals(bytes(4, 50_000), server.repository(ID).files.get("model.safetensors"));
    assertEquals(server.repository(ID).commit, result.commit());
    assertEquals(3, result.committed());
    assertEquals(50_000, result.bytesSent());
    List<HubServer.Request> puts = server.requests(r -> r.startsWith("PUT "));
    assertEquals(1, puts.size());
    assertEquals("storage", puts.get(0).at());
    assertNull(puts.get(0).header("Authorization"));
    assertEquals("50000", puts.get(0).header("Content-Length"));
    assertEquals(1, server.requests(r -> r.contains("/verify")).size());
    assertEquals(1, server.requests(r -> r.contains("/commit/")).size());
  }

  @Test
  void aServerThatWantsPartsGetsParts() throws Exception {
    server.repository(ID);
    server.partSize = 12_345;
    server.failing(r -> r.contains("/parts/") && r.contains("/3?"), 2, 503);
    client().push(model(), TINY, PLAIN);
    assertArrayEquals(bytes(4, 50_000), server.repository(ID).files.get("model.safetensors"));
    assertEquals(7, server.requests(r -> r.contains("/parts/")).size());
    assertEquals(2, waits.size());
    assertTrue(
        server.requests.stream()
            .filter(r -> r.at().equals("storage"))
            .allMatch(r -> r.header("Authorization") == null));
  }

  @Test
  void partsThatDoNotAddUpAreRefused() throws Exception {
    server.repository(ID);
    server.fault(
        r -> r.contains("/objects/batch"),
        exchange -> {
          HubServer.send(
              exchange,
              200,
              """
              {"transfer":"multipart","objects":[{"oid":"%s","size":50000,"actions":{"upload":
              {"href":"%s/complete","header":{"chunk_size":"20000","1":"%s/parts/x/1"}}}}]}"""
                  .formatted(
                      HubServer.hash("SHA-256", bytes(4, 50_000)),
                      server.storageAddress(),
                      server.storageAddress()));
          return true;
        });
    pushFails(PLAIN, ErrorKind.CORRUPT, "model.safetensors", "50000 bytes in parts of 20000");
  }

  @Test
  void pushingTwiceChangesNothingAndPushingAChangeSendsOnlyThat() throws Exception {
    server.repository(ID);
    Path source = model();
    PushResult first = client().push(source, TINY, PLAIN);
    PushResult again = client().push(source, TINY, PLAIN);
    assertEquals(first.commit(), again.commit());
    assertEquals(0, again.committed());
    assertEquals(3, again.unchanged());
    Files.writeString(source.resolve("config.json"), "{\"changed\":true}");
    PushResult changed = client().push(source, TINY, PLAIN);
    assertEquals(1, changed.committed());
    assertEquals(2, changed.unchanged());
    assertEquals(0, changed.bytesSent());
    assertEquals(2, server.repository(ID).messages.size());
  }

  @Test
  void aPushThatBrokeOffDoesNotSendAgainWhatArrived() throws Exception {
    server.repository(ID);
    Path source = model();
    server.failing(r -> r.contains("/commit/"), 5, 503);
    pushFails(source, PLAIN, ErrorKind.UNAVAILABLE, "committing", "tried 5 times");
    assertTrue(server.repository(ID).files.isEmpty());
    PushResult result = client().push(source, TINY, PLAIN);
    assertEquals(0, result.bytesSent());
    assertEquals(3, result.committed());
    assertEquals(1, server.requests(r -> r.startsWith("PUT ")).size());
  }

  @Test
  void aCommitWhoseAnswerWasLostIsNotAConflict() throws Exception {
    server.repository(ID);
    server.loseCommitAnswer = true;
    PushResult result = client().push(model(), TINY, PLAIN);
    assertEquals(server.repository(ID).commit, result.commit());
    assertEquals(1, server.repository(ID).messages.size());
  }

  @Test
  void somebodyElsesCommitMeanwhileIsAConflict() throws Exception {
    server.repository(ID);
    server.fault(
        r -> r.contains("/commit/"),
        exchange -> {
          server.repository(ID).commit = "f".repeat(40);
          return false;
        });
    pushFails(PLAIN, ErrorKind.CONFLICT, "somebody else changed", "Push again");
    assertTrue(server.repository(ID).files.isEmpty());
    assertTrue(waits.isEmpty());
  }

  @Test
  void anAddressThatExpiredIsAskedForOnceMore() throws Exception {
    server.repository(ID);
    server.failing(r -> r.startsWith("PUT "), 1, 403);
    client().push(model(), TINY, PLAIN);
    assertEquals(2, server.requests(r -> r.contains("/objects/batch")).size());
    server.failing(r -> r.startsWith("PUT "), 100, 403);
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("config.json"), "{}");
    Files.write(other.resolve("model.safetensors"), bytes(9, 9000));
    pushFails(other, PLAIN, ErrorKind.UNPROCESSABLE, "model.safetensors", "storage refuses", "403");
  }

  @Test
  void aRepositoryIsMadeOnlyWhenAsked() throws Exception {
    pushFails(PLAIN, ErrorKind.NOT_FOUND, "no such repository");
    client().push(model(), TINY, CREATE);
    client().push(model(), TINY, CREATE);
    assertEquals(1, server.repository(ID).messages.size());
    assertFalse(server.repository(ID).isPrivate);
  }

  @Test
  void whatIsPrivateDoesNotGoIntoAPublicRepository() throws Exception {
    server.repository(ID);
    pushFails(CREATE_PRIVATE, ErrorKind.CONFLICT, "is public", "nothing was pushed");
    pushFails(new PushOptions(false, true, "m"), ErrorKind.CONFLICT, "is public");
    assertTrue(server.requests(r -> r.contains("/preupload/")).isEmpty());
  }

  @Test
  void oneFileIsPushedUnderItsName() throws Exception {
    Path file = folder.resolve("tiny-q8_0.gguf");
    Files.write(file, bytes(11, 9000));
    client().push(file, TINY, CREATE);
    assertArrayEquals(bytes(11, 9000), server.repository(ID).files.get("tiny-q8_0.gguf"));
    client().pull(TINY, target(), List.of("*.gguf"));
    assertPulled("tiny-q8_0.gguf");
  }

  @Test
  void aFolderThatIsNoModelStaysHere() throws Exception {
    Path source = Files.createDirectories(folder.resolve("letters"));
    Files.writeString(source.resolve("letter.txt"), "Dear Ann");
    pushFails(source, CREATE, ErrorKind.INVALID_INPUT, "is no model", "adapter_config.json");
    pushFails(folder.resolve("absent"), CREATE, ErrorKind.NOT_FOUND, "absent");
    assertTrue(server.requests.isEmpty());
  }

  @Test
  void withoutATokenNothingIsAsked() throws Exception {
    Path source = model();
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class, () -> client(server.anonymous()).push(source, TINY, PLAIN));
    checked(error, ErrorKind.INVALID_INPUT, "set HF_TOKEN");
    assertTrue(server.requests.isEmpty());
  }

  @Test
  void anObjectTheHubDoesNotTakeIsNamed() throws Exception {
    server.repository(ID);
    server.fault(
        r -> r.contains("/objects/batch"),
        exchange -> {
          HubServer.send(
              exchange,
              200,
              "{\"objects\":[{\"oid\":\"%s\",\"error\":{\"code\":507,\"message\":\"Quota is used up\"}}]}"
                  .formatted(HubServer.hash("SHA-256", bytes(4, 50_000))));
          return true;
        });
    pushFails(PLAIN, ErrorKind.UNPROCESSABLE, "model.safetensors", "Quota is used up (507)");
  }

  @Test
  void aRenamedRepositoryIsNamedInsteadOfFollowed() throws Exception {
    server.repository(ID);
    server.fault(
        r -> r.contains("/preupload/"),
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/api/models/acme/new/preupload/main");
          HubServer.send(exchange, 307, "");
          return true;
        });
    pushFails(PLAIN, ErrorKind.UNPROCESSABLE, "/api/models/acme/new", "renamed");
  }

  private Path model() throws Exception {
    Path source = folder.resolve("source");
    Files.createDirectories(source.resolve("deep"));
    Files.createDirectories(source.resolve(".cache"));
    Files.writeString(source.resolve("config.json"), "{\"model_type\":\"llama\"}");
    Files.writeString(source.resolve("deep/notes.txt"), "as it was trained");
    Files.writeString(source.resolve(".cache/secret"), "not to be sent");
    Files.write(source.resolve("model.safetensors"), bytes(4, 50_000));
    return source;
  }

  private void pushFails(PushOptions options, ErrorKind kind, String... said) throws Exception {
    pushFails(model(), options, kind, said);
  }

  private void pushFails(Path source, PushOptions options, ErrorKind kind, String... said) {
    NeuroWeaverException error =
        assertThrows(NeuroWeaverException.class, () -> client().push(source, TINY, options));
    checked(error, kind, said);
  }
}
