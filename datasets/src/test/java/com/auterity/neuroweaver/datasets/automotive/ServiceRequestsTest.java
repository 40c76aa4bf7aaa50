package com.auterity.neuroweaver.datasets.automotive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ServiceRequestsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void hasEnoughOperationsAndWordings() {
    List<Phrasebook.Entry> entries = Phrasebook.instance().entries();
    assertTrue(entries.size() >= 40, "operations: " + entries.size());
    assertEquals(entries.size(), entries.stream().map(e -> e.operation.code()).distinct().count());
    for (Phrasebook.Entry entry : entries) {
      String code = entry.operation.code();
      assertTrue(code.matches("[A-Z]{3}[0-9]{2}"), code);
      assertTrue(new HashSet<>(entry.all('t')).size() >= 20, code);
      assertTrue(new HashSet<>(entry.all('h')).size() >= 6, code);
      for (String fact :
          List.of(entry.finding, entry.why, entry.test, entry.fix, entry.component)) {
        assertFalse(fact.isBlank(), code);
      }
    }
  }

  @Test
  void templatesOfTheTwoSplitsAreDisjoint() {
    Set<String> training = new HashSet<>();
    Set<String> heldOut = new HashSet<>();
    Phrasebook.instance()
        .entries()
        .forEach(
            entry -> {
              training.addAll(entry.all('t'));
              training.addAll(entry.all('p'));
              training.addAll(entry.all('n'));
              heldOut.addAll(entry.all('h'));
              heldOut.addAll(entry.all('m'));
            });
    training.addAll(frames(CustomerVoice.TRAIN));
    heldOut.addAll(frames(CustomerVoice.HELDOUT));
    heldOut.retainAll(training);
    assertEquals(Set.of(), heldOut);
  }

  private static List<String> frames(CustomerVoice.Phrases phrases) {
    List<String> frames = new ArrayList<>();
    frames.addAll(phrases.openings());
    frames.addAll(phrases.ruledOut());
    frames.addAll(phrases.alreadyDone());
    frames.addAll(phrases.formerTrouble());
    frames.addAll(phrases.smallTalk());
    frames.addAll(phrases.worries());
    frames.addAll(phrases.closings());
    return frames;
  }

  @Test
  void vehiclesAndTextsOfTheTwoSplitsAreDisjoint() {
    Map<String, Set<Object>> training = columns(Split.TRAIN, 5000);
    Map<String, Set<Object>> heldOut = columns(Split.HELDOUT, 2000);
    for (String column : List.of("vin", "model", "customer_text", "request_id")) {
      Set<Object> both = new HashSet<>(heldOut.get(column));
      both.retainAll(training.get(column));
      assertEquals(Set.of(), both, column);
    }
  }

  private static Map<String, Set<Object>> columns(Split split, int rows) {
    Map<String, Set<Object>> values = new HashMap<>();
    ServiceRequests requests = new ServiceRequests(1, rows, split, Dirt.none());
    requests.stream()
        .forEach(
            row ->
                row.forEach(
                    (column, value) ->
                        values.computeIfAbsent(column, c -> new HashSet<>()).add(value)));
    return values;
  }

  @Test
  void everyAnswerIsTheOperationsAndEveryOperationIsAsked() throws Exception {
    Map<String, ServiceOperation> operations =
        ServiceRequests.operations().stream()
            .collect(Collectors.toMap(ServiceOperation::code, o -> o));
    Set<String> asked = new HashSet<>();
    for (Map<String, Object> row :
        new ServiceRequests(9, 2000, Split.HELDOUT, Dirt.none()).stream().toList()) {
      JsonNode answer = JSON.readTree((String) row.get("answer"));
      List<String> fields = new ArrayList<>();
      answer.fieldNames().forEachRemaining(fields::add);
      assertEquals(List.of("op_code", "system", "urgency", "parts", "hours", "reply"), fields);
      ServiceOperation operation = operations.get(answer.get("op_code").asText());
      assertEquals(operation.system(), answer.get("system").asText());
      assertEquals(operation.hours(), answer.get("hours").asDouble());
      assertEquals(operation.parts().size(), answer.get("parts").size());
      assertEquals(operation.reply(), answer.get("reply").asText());
      Urgency urgency = Urgency.ofWord(answer.get("urgency").asText());
      assertTrue(urgency == operation.urgency() || urgency == operation.urgency().raised());
      asked.add(operation.code());
    }
    assertEquals(operations.keySet(), asked);
  }

  @Test
  void heldOutRowsAreClean() {
    for (Map<String, Object> row : ServiceRequests.generate(5, 1500, Split.HELDOUT).toList()) {
      Vin vin = new Vin((String) row.get("vin"));
      assertTrue(vin.checkDigitIsRight(), vin.value());
      assertEquals(row.get("model_year"), vin.modelYear().orElseThrow());
      assertEquals(row.get("make"), vin.maker().orElseThrow());
      assertTrue((Integer) row.get("odometer") >= 0);
      assertFalse(((String) row.get("customer_text")).isBlank());
    }
  }

  @Test
  void plantsWhatItSays() {
    ServiceRequests requests = new ServiceRequests(2, 6000, Split.TRAIN, Dirt.usual());
    List<Map<String, Object>> rows = requests.stream().toList();
    Map<String, Integer> planted = requests.planted();
    long wrongVins =
        rows.stream().filter(r -> !new Vin((String) r.get("vin")).checkDigitIsRight()).count();
    assertEquals(planted.get("wrong_vin").longValue(), wrongVins);
    assertEquals(
        planted.get("empty_row").longValue(),
        rows.stream().filter(r -> r.get("answer") == null).count());
    long distinct =
        rows.stream()
            .filter(r -> r.get("answer") != null)
            .map(r -> r.get("vin") + "|" + r.get("customer_text"))
            .distinct()
            .count();
    assertEquals(rows.size() - planted.get("empty_row") - planted.get("exact_duplicate"), distinct);
    assertEquals(
        planted.get("odometer_range").longValue(),
        rows.stream()
            .mapToInt(r -> (Integer) r.get("odometer"))
            .filter(o -> o < 0 || o >= 1_000_000)
            .count());
    int kinds =
        planted.entrySet().stream()
            .filter(e -> e.getKey().startsWith("personal_") && !e.getKey().endsWith("data"))
            .mapToInt(Map.Entry::getValue)
            .sum();
    assertEquals(planted.get("personal_data"), kinds);
    // Shares are 2, 2, 5, 2, 1, 2 and 2 per cent; six standard deviations wide.
    assertEquals(120, planted.get("exact_duplicate"), 66);
    assertEquals(120, planted.get("near_duplicate"), 66);
    assertEquals(300, planted.get("personal_data"), 102);
  }

  @Test
  void sameSeedSameRowsOtherSeedOtherRows() {
    List<?> once = ServiceRequests.generate(4, 300, Split.TRAIN).toList();
    assertEquals(once, ServiceRequests.generate(4, 300, Split.TRAIN).toList());
    assertNotEquals(once, ServiceRequests.generate(5, 300, Split.TRAIN).toList());
  }

  @Test
  void refusesSharesThatCannotBe() {
    assertThrows(IllegalArgumentException.class, () -> new Dirt(-0.1, 0, 0, 0, 0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Dirt(0.5, 0.5, 0, 0, 0, 0, 0));
  }
}
