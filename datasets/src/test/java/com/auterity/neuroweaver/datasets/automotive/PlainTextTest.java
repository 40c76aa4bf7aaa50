package com.auterity.neuroweaver.datasets.automotive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PlainTextTest {
  private static final String SAMPLE = sample(11, 2_000_000);

  @Test
  void holdsNoOperationCode() {
    Matcher code = Pattern.compile("(?i)(?<![a-z0-9])[a-z]{3}[-_ ]?[0-9]{2}(?![0-9])").matcher("");
    for (ServiceOperation operation : ServiceRequests.operations()) {
      assertFalse(SAMPLE.contains(operation.code()), operation.code());
      assertFalse(
          SAMPLE.toLowerCase(Locale.ROOT).contains(operation.code().toLowerCase(Locale.ROOT)));
    }
    code.reset("BRK11");
    assertTrue(code.find());
    assertFalse(SAMPLE.contains("op_code"));
  }

  @Test
  void holdsNoJson() {
    ObjectMapper json = new ObjectMapper();
    int looked = 0;
    for (Pattern shape :
        List.of(Pattern.compile("\\{[^{}]*\\}"), Pattern.compile("\\[[^\\[\\]]*\\]"))) {
      Matcher matcher = shape.matcher(SAMPLE);
      while (matcher.find()) {
        looked++;
        String text = matcher.group();
        if (text.length() == 2) {
          // A list of no parts: brackets with nothing in them.
          continue;
        }
        boolean isJson = true;
        try {
          json.readTree(text);
        } catch (JsonProcessingException e) {
          isJson = false;
        }
        assertFalse(isJson, text);
      }
    }
    assertTrue(looked > 100, "braces and brackets should occur in other uses, found " + looked);
    assertFalse(SAMPLE.contains("{\""));
  }

  @Test
  void holdsNoHeldOutWording() {
    String sample = SAMPLE.toLowerCase(Locale.ROOT);
    for (Phrasebook.Entry entry : Phrasebook.instance().entries()) {
      for (String wording : entry.all('h')) {
        assertFalse(sample.contains(wording), wording);
      }
    }
  }

  @Test
  void holdsTheVocabularyOfCustomersSystemsAndParts() {
    String sample = SAMPLE.toLowerCase(Locale.ROOT);
    for (ServiceOperation operation : ServiceRequests.operations()) {
      assertTrue(sample.contains(operation.system()), operation.system());
      assertTrue(sample.contains(operation.reply().toLowerCase(Locale.ROOT)), operation.reply());
      for (String part : operation.parts()) {
        assertTrue(sample.contains(part.toLowerCase(Locale.ROOT)), part);
      }
    }
    for (Urgency urgency : Urgency.values()) {
      assertTrue(sample.contains(urgency.word()));
    }
  }

  @Test
  void halfOfItIsDialogues() {
    List<String> documents = PlainText.documents(3).limit(2000).toList();
    List<String> dialogues = documents.stream().filter(d -> d.startsWith("User: ")).toList();
    assertEquals(900, dialogues.size(), 130);
    for (String dialogue : dialogues) {
      String[] lines = dialogue.split("\n");
      assertEquals(0, lines.length % 2, dialogue);
      for (int i = 0; i < lines.length; i++) {
        assertTrue(lines[i].startsWith(i % 2 == 0 ? "User: " : "Assistant: "), dialogue);
      }
    }
  }

  @Test
  void sameSeedSameText() {
    assertEquals(sample(5, 20_000), sample(5, 20_000));
  }

  private static String sample(long seed, long bytes) {
    StringBuilder text = new StringBuilder();
    try {
      PlainText.generate(seed, bytes, text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }
}
