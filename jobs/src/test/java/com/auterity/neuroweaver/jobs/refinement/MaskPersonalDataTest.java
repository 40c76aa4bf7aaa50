package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.automotive.Vin;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.personal.Checksums;
import com.auterity.neuroweaver.jobs.refinement.personal.ResourceWords;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done with what was found. */
class MaskPersonalDataTest {
  private static final String SECRET = "a secret of the test, long enough";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "4 | card 4539 1488 0343 6467 | card **** **** **** 6467",
        "0 | ring 503-227-7000 | ring ***-***-****",
        "8 | ring 503-227-7000 | ring ***-**7-7000",
        "4 | write jo@bluemesa.net | write **@*******a.net",
        "4 | plate is KLM 482 | plate is *** 482",
      })
  void starsKeepTheLastButNeverMoreThanHalf(int keep, String text, String masked) throws Exception {
    assertEquals(masked, apply("\"action\": \"mask\", \"keep_last\": " + keep, text));
  }

  @Test
  void aHashIsThatOfTheKeyAndTheSameForEveryWayOfWriting() throws Exception {
    String knobs = "\"action\": \"hash\", \"key_env\": \"NEUROWEAVER_KEY_TEST\"";
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] hash =
        mac.doFinal(("hash\0phone\0" + "5032277000" + "\0").getBytes(StandardCharsets.UTF_8));
    String expected = "ring [phone:" + HexFormat.of().formatHex(hash, 0, 8) + "]";
    assertEquals(expected, apply(knobs, "ring 503-227-7000"));
    assertEquals(expected, apply(knobs, "ring +1 (503) 227.7000"));
    assertNotEquals(expected, apply(knobs, "ring 503-227-7001"));
  }

  @Test
  void aPersonKeepsOneSurrogateWhereverItOccurs() throws Exception {
    String text =
        "my name is Maria Keller, maria.keller@bluemesa.net. Mrs. Keller said so, and"
            + " Maria called.";
    String changed = apply("\"action\": \"surrogate\", \"seed\": 7", text);
    String[] words = changed.split("[ ,]+");
    String given = words[3];
    String family = words[4];
    assertFalse(changed.contains("Maria") || changed.contains("Keller"), changed);
    assertEquals(
        "my name is %s %s, %s.%s@example.net. Mrs. %s said so, and %s called."
            .formatted(given, family, given.toLowerCase(), family.toLowerCase(), family, given),
        changed);
    assertTrue(ResourceWords.of("given-names.txt").contains(given.toLowerCase()), given);
    assertEquals(changed, apply("\"action\": \"surrogate\", \"seed\": 7", text));
    assertNotEquals(changed, apply("\"action\": \"surrogate\", \"seed\": 8", text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\0',
      value = {
        "ring (503) 227-7000 ~ ring \\(\\d{3}\\) 555-01\\d\\d",
        "ring +1.503.227.7000 x12 ~ ring \\+1\\.\\d{3}\\.555\\.01\\d\\d x\\d\\d",
        "ring +44 20 7031 3000 ~ ring \\+44 20 \\d{4} \\d{4}",
        "ssn 219-09-9998 ~ ssn 9\\d\\d-[0-4][1-9]-\\d{4}",
        "host 203.113.44.9 ~ host (192\\.0\\.2|198\\.51\\.100|203\\.0\\.113)\\.\\d+",
        "plate is KLM-4821 ~ plate is [A-Z]{3}-[1-9]\\d{3}",
        "IBAN DE89 3704 0044 0532 0130 00 ~ IBAN DE00 \\d{4} \\d{4} \\d{4} \\d{4} \\d\\d",
        "I live at 4218 Larkspur Lane, Apt 3, Tulsa, OK 74120 ~ I live at [1-9]\\d{3} [A-Z][a-z]+ Lane, Apt \\d, [A-Z][a-z]+, OK [1-9]\\d{4}",
      })
  void aSurrogateKeepsTheForm(String text, String form) throws Exception {
    String changed = apply("\"action\": \"surrogate\", \"seed\": 7", text);
    assertTrue(changed.matches(form), changed);
    assertNotEquals(text, changed);
  }

  @Test
  void noSurrogateOfACardOrVehicleIsAnothersByItsChecksum() throws Exception {
    String card = apply("\"action\": \"surrogate\", \"seed\": 7", "card 4539 1488 0343 6467");
    assertFalse(Checksums.luhn(card.replaceAll("\\D", "")), card);
    assertTrue(card.matches("card 4\\d{3} \\d{4} \\d{4} \\d{4}"), card);
    String knobs = "\"types\": [\"vin\"], \"action\": \"surrogate\", \"seed\": 7";
    String vin = apply(knobs, "1HGCM82633A004352");
    assertTrue(vin.startsWith("1HGCM826") && vin.startsWith("3A", 9), "maker, model, year: " + vin);
    assertTrue(Vin.parse(vin).orElseThrow().checkDigitIsRight(), vin);
  }

  @Test
  void aThresholdOfItsKindDecidesWhatIsTaken() throws Exception {
    String lonely = "it is 5032277000 or so";
    assertEquals(lonely, apply("\"action\": \"replace\"", lonely));
    assertEquals("it is [phone] or so", apply("\"thresholds\": {\"phone\": 0.3}", lonely));
    assertEquals("a [phone] b", apply("\"threshold\": 0.7", "a 503-227-7000 b"));
    assertEquals("a 503-227-7000 b", apply("\"threshold\": 0.8", "a 503-227-7000 b"));
  }

  @Test
  void aVinIsTakenWhenAskedFor() throws Exception {
    String text = "vin 1HGCM82633A004352";
    assertEquals(text, apply("\"action\": \"replace\"", text));
    assertEquals("vin [vin]", apply("\"types\": [\"vin\"]", text));
  }

  @ParameterizedTest
  @CsvSource({
    "DE89370400440532013000, true",
    "DE88370400440532013000, false",
    "GB29NWBK60161331926819, true",
    "FR1420041010050500013M02606, true",
  })
  void ibansAreCheckedByTheirRest(String iban, boolean right) {
    assertEquals(right, Checksums.iban(iban));
  }

  @Test
  void routingNumbersAreCheckedByTheirWeights() {
    assertTrue(Checksums.routing("021000021"));
    assertTrue(Checksums.routing("121000358"));
    assertFalse(Checksums.routing("021000012"));
    assertFalse(Checksums.routing("991000028"));
  }

  private static String apply(String knobs, String text) throws JsonProcessingException {
    MaskPersonalData stage =
        new MaskPersonalData(
            new Knobs(
                new ObjectMapper().readTree("{\"columns\": [\"t\"], " + knobs + "}"), "stages[0]"),
            new Schema(List.of(Column.of("t", ColumnType.STRING))),
            Map.of("NEUROWEAVER_KEY_TEST", SECRET)::get);
    return stage.apply(new Row(0, text), new Tally()).row().text(0);
  }
}
