package com.auterity.neuroweaver.jobs.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of repositories, and where the hub is said to be. */
class HubAddressTest {
  @Test
  void aRepositoryHasAnOrganizationANameAndARevision() {
    HubRepository main = HubRepository.parse("acme/Tiny-1.5B_v2");
    assertEquals("main", main.revision());
    assertEquals("acme/Tiny-1.5B_v2", main.toString());
    assertEquals("acme--Tiny-1.5B_v2", main.folderName());
    HubRepository at = HubRepository.parse("acme/tiny@refs/pr/3");
    assertEquals("refs%2Fpr%2F3", at.revisionSegment());
    assertEquals("acme/tiny@refs/pr/3", at.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny",
        "",
        "/tiny",
        "acme/",
        "a/b/c",
        "acme/..",
        "../tiny",
        "acme/a--b",
        "acme/tiny@",
        "acme/tiny@../x",
        "acme/tiny@a b",
        "acme/tiny.git",
        "acme/ti?ny",
        "acme/tiny@x@y",
        ".a/b"
      })
  void anythingElseIsRefusedWithWhatWouldBeRight(String text) {
    NeuroWeaverException error =
        assertThrows(NeuroWeaverException.class, () -> HubRepository.parse(text));
    assertEquals(ErrorKind.INVALID_INPUT, error.kind());
    assertTrue(error.getMessage().contains("right would be"), error.getMessage());
  }

  @Test
  void thereIsNoHubUnlessOneIsNamed() {
    assertTrue(refused(Map.of()).contains("set HF_ENDPOINT"));
    assertTrue(refused(Map.of("HF_ENDPOINT", " ")).contains("set HF_ENDPOINT"));
    URI given =
        HubAccess.of(
                Map.of("HF_ENDPOINT", "https://one.example"), Optional.of("https://two.example/"))
            .endpoint();
    assertEquals(URI.create("https://two.example"), given);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hub.example",
        "ftp://hub.example",
        "https://",
        "https://me:pw@hub.example",
        "https://hub.example?x=1",
        "https://hub example",
        "file:///models"
      })
  void anEndpointIsAWebAddressAndNothingMore(String text) {
    String said = refused(Map.of("HF_ENDPOINT", text));
    assertTrue(said.contains("https://HOST"), said);
    assertFalse(said.contains("pw"), said);
  }

  @Test
  void offlineMeansThatNobodyIsAsked() {
    Map<String, String> environment =
        Map.of("HF_ENDPOINT", "https://hub.example", "HF_HUB_OFFLINE", "1");
    assertTrue(refused(environment).contains("HF_HUB_OFFLINE"));
  }

  @Test
  void aTokenDoesNotTravelInTheClearNorIntoTexts() {
    String said = refused(Map.of("HF_ENDPOINT", "http://192.0.2.7", "HF_TOKEN", "hf_abc"));
    assertTrue(said.contains("in the clear"), said);
    said = refused(Map.of("HF_ENDPOINT", "https://hub.example", "HF_TOKEN", "hf_a\nbc"));
    assertTrue(said.contains("HF_TOKEN is no token"), said);
    assertFalse(said.contains("hf_"), said);
    HubAccess access =
        HubAccess.of(
            Map.of("HF_ENDPOINT", "https://hub.example", "HF_TOKEN", "hf_abc"), Optional.empty());
    assertFalse(access.toString().contains("hf_abc"));
  }

  @Test
  void theTokenBelongsToOneSchemeHostAndPort() {
    HubAccess access =
        HubAccess.of(
            Map.of("HF_ENDPOINT", "https://hub.example/mirror", "HF_TOKEN", "hf_abc"),
            Optional.empty());
    assertEquals(
        Optional.of("Bearer hf_abc"),
        access.authorizationFor(URI.create("https://HUB.example:443/x")));
    for (String other :
        new String[] {
          "http://hub.example/x",
          "https://hub.example:8443/x",
          "https://hub.example.evil.example/x",
          "https://cdn.hub.example/x"
        }) {
      assertEquals(Optional.empty(), access.authorizationFor(URI.create(other)), other);
    }
  }

  private static String refused(Map<String, String> environment) {
    return assertThrows(
            NeuroWeaverException.class, () -> HubAccess.of(environment, Optional.empty()))
        .getMessage();
  }
}
