package com.auterity.neuroweaver.datasets.automotive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.datasets.store.ChunkCodec;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KitTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern MONEY = Pattern.compile("\\$([0-9,]+)(?:\\.([0-9]{2}))?");

  static Stream<KitDataset> datasets() {
    return Kit.all().stream().flatMap(kit -> kit.datasets().stream());
  }

  private static KitDataset dataset(String name) {
    return Kit.get("automotive").dataset(name);
  }

  private static Object value(KitDataset dataset, Row row, String column) {
    return row.get(dataset.schema().indexOf(column).getAsInt());
  }

  private static String text(KitDataset dataset, Row row, String column) {
    return (String) value(dataset, row, column);
  }

  /** The amounts of a text in cents, in order. */
  private static List<Long> money(String text) {
    List<Long> cents = new ArrayList<>();
    Matcher matcher = MONEY.matcher(text);
    while (matcher.find()) {
      long dollars = Long.parseLong(matcher.group(1).replace(",", ""));
      cents.add(dollars * 100 + (matcher.group(2) == null ? 0 : Long.parseLong(matcher.group(2))));
    }
    return cents;
  }

  @Test
  void theAutomotiveKitHasItsFourDatasets() {
    assertEquals(
        List.of(
            "dealership_qa",
            "vehicle_specifications",
            "maintenance_procedures",
            "sales_conversations"),
        Kit.get("automotive").datasets().stream().map(KitDataset::name).toList());
    NeuroWeaverException error = assertThrows(NeuroWeaverException.class, () -> Kit.get("marine"));
    assertEquals(ErrorKind.NOT_FOUND, error.kind());
    assertTrue(error.getMessage().contains("there are [automotive]"), error.getMessage());
    error = assertThrows(NeuroWeaverException.class, () -> dataset("boats"));
    assertTrue(error.getMessage().contains("dealership_qa"), error.getMessage());
  }

  @ParameterizedTest
  @MethodSource("datasets")
  void aRowIsAFunctionOfSeedAndOrdinal(KitDataset dataset) {
    List<Row> rows = dataset.first(5, 300);
    for (int i = rows.size() - 1; i >= 0; i--) {
      assertEquals(rows.get(i), dataset.row(5, i));
    }
    long same = 0;
    for (int i = 0; i < rows.size(); i++) {
      same += rows.get(i).equals(dataset.row(6, i)) ? 1 : 0;
    }
    assertEquals(0, same);
  }

  @ParameterizedTest
  @MethodSource("datasets")
  void rowsFitTheirSchema(KitDataset dataset) {
    List<Row> rows = dataset.first(2, 500);
    // The store refuses values of another type, and nulls where there may be none.
    assertEquals(
        rows, ChunkCodec.decode(dataset.schema(), ChunkCodec.encode(dataset.schema(), rows)));
  }

  @ParameterizedTest
  @CsvSource({
    "dealership_qa, question, 0.97",
    "dealership_qa, answer, 0.93",
    "maintenance_procedures, steps, 0.97",
    "sales_conversations, messages, 0.99",
    "vehicle_specifications, vin, 0.99"
  })
  void textsAreVaried(String name, String column, double share) {
    KitDataset dataset = dataset(name);
    Set<String> texts = new HashSet<>();
    int rows = 4_000;
    for (Row row : dataset.first(3, rows)) {
      texts.add(text(dataset, row, column));
    }
    assertTrue(texts.size() > rows * share, "different ones: " + texts.size());
  }

  @ParameterizedTest
  @MethodSource("datasets")
  void textsAreCleanSentences(KitDataset dataset) {
    for (Row row : dataset.first(4, 2_000)) {
      for (Column column : dataset.schema().columns()) {
        if (column.type() == ColumnType.STRING && value(dataset, row, column.name()) != null) {
          String text = text(dataset, row, column.name());
          assertEquals(text.strip(), text);
          assertFalse(text.matches("(?s).*( [,.;:?!]|  |\\$[^0-9]|@|,,|\\.\\.).*"), text);
          if (column.semantic() == SemanticType.FREE_TEXT) {
            assertFalse(text.matches("(?s).*[{}|].*"), text);
            assertFalse(Character.isLowerCase(text.charAt(0)), text);
          }
        }
      }
    }
  }

  @Test
  void everySystemHasItsPreparationToolsAndSafety() {
    Set<String> tags = KitPhrases.instance().tags();
    for (ServiceOperation operation : ServiceRequests.operations()) {
      for (String kind : List.of("prep.", "tools.", "safety.")) {
        assertTrue(tags.contains(kind + operation.system()), kind + operation.system());
      }
    }
  }

  @Test
  void aVehicleSpecificationAgreesWithItsVinAndItself() {
    KitDataset specs = dataset("vehicle_specifications");
    Map<String, Set<Object>> horsepower = new HashMap<>();
    for (Row row : specs.first(1, 3_000)) {
      Vin vin = new Vin(text(specs, row, "vin"));
      assertTrue(vin.checkDigitIsRight(), row::toString);
      assertEquals(
          (long) vin.modelYear().getAsInt(), value(specs, row, "model_year"), row::toString);
      assertEquals(vin.maker().orElseThrow(), value(specs, row, "make"), row::toString);
      double city = (Long) value(specs, row, "city_mpg");
      double highway = (Long) value(specs, row, "highway_mpg");
      assertTrue(city < highway, row::toString);
      assertEquals(
          Math.round(1 / (0.55 / city + 0.45 / highway)), value(specs, row, "combined_mpg"));
      boolean fresh = (Boolean) value(specs, row, "new_vehicle");
      double asking = (Double) value(specs, row, "asking_price");
      double msrp = (Double) value(specs, row, "msrp");
      assertTrue(fresh ? asking == msrp : asking < msrp, row::toString);
      assertTrue(!fresh || (Long) value(specs, row, "odometer") < 100, row::toString);
      horsepower
          .computeIfAbsent(
              value(specs, row, "model") + " " + value(specs, row, "model_year"),
              key -> new HashSet<>())
          .add(value(specs, row, "horsepower"));
    }
    assertEquals(24 * 16, horsepower.size());
    horsepower.forEach((key, values) -> assertEquals(1, values.size(), key));
  }

  @Test
  void answersSayWhatTheSpecificationsSay() {
    KitDataset specs = dataset("vehicle_specifications");
    Map<String, Row> byVehicle = new HashMap<>();
    for (Row row : specs.first(1, 4_000)) {
      byVehicle.put(text(specs, row, "model") + value(specs, row, "model_year"), row);
    }
    KitDataset qa = dataset("dealership_qa");
    int oil = 0;
    int towing = 0;
    for (Row row : qa.first(1, 4_000)) {
      Row spec = byVehicle.get(text(qa, row, "model") + value(qa, row, "model_year"));
      String answer = text(qa, row, "answer");
      if (text(qa, row, "topic").equals("oil")) {
        oil++;
        assertTrue(answer.contains(text(specs, spec, "oil_grade")), answer);
        assertTrue(answer.contains(value(specs, spec, "oil_capacity_qt") + " quarts"), answer);
      } else if (text(qa, row, "topic").equals("towing")) {
        towing++;
        long rating = (Long) value(specs, spec, "towing_lb");
        Matcher load = Pattern.compile("([0-9,]+) pounds").matcher(text(qa, row, "question"));
        assertTrue(load.find(), row::toString);
        long asked = Long.parseLong(load.group(1).replace(",", ""));
        assertEquals(asked <= rating, answer.startsWith("Yes"), row::toString);
      }
    }
    assertTrue(oil > 100 && towing > 100, oil + " " + towing);
  }

  @Test
  void sumsInAnswersAreRight() {
    KitDataset qa = dataset("dealership_qa");
    int prices = 0;
    int payments = 0;
    int trades = 0;
    for (Row row : qa.first(7, 4_000)) {
      String question = text(qa, row, "question");
      String answer = text(qa, row, "answer");
      List<Long> sums = money(answer);
      switch (text(qa, row, "topic")) {
        case "price" -> {
          prices++;
          // An hourly rate, labor, with parts: parts, and the total.
          if (sums.size() == 4) {
            assertEquals(sums.get(3), sums.get(1) + sums.get(2), answer);
          } else {
            assertEquals(2, sums.size(), answer);
          }
          Matcher hours = Pattern.compile("([0-9.]+) hours").matcher(answer);
          assertTrue(hours.find(), answer);
          long labor = Math.round(Double.parseDouble(hours.group(1)) * sums.get(0));
          assertEquals(labor, sums.get(1), answer);
        }
        case "payment" -> {
          payments++;
          assertEquals(sums.get(0), sums.get(1) - sums.get(2), answer);
          Matcher terms = Pattern.compile("([0-9.]+) percent.*?([0-9]+) months").matcher(answer);
          Matcher other = Pattern.compile("([0-9]+) months at ([0-9.]+) percent").matcher(answer);
          boolean first = terms.find();
          assertTrue(first || other.find(), answer);
          double apr = Double.parseDouble(first ? terms.group(1) : other.group(2));
          int months = Integer.parseInt(first ? terms.group(2) : other.group(1));
          assertEquals(owedAfter(sums.get(0), apr, months, sums.get(3)), 0, months, answer);
          assertEquals(sums.get(4), sums.get(3) * months - sums.get(0), answer);
        }
        case "trade" -> {
          trades++;
          List<Long> asked = money(question);
          long most = Math.max(asked.get(0), asked.get(1));
          long least = Math.min(asked.get(0), asked.get(1));
          assertTrue(sums.contains(most - least), question + " / " + answer);
        }
        default -> {}
      }
    }
    assertTrue(prices > 200 && payments > 100 && trades > 100, prices + " " + payments);
  }

  /** A loan paid month by month, in cents: the slow way. */
  private static double owedAfter(long cents, double apr, int months, long payment) {
    double owed = cents;
    for (int i = 0; i < months; i++) {
      owed = owed * (1 + apr / 1_200) - payment;
    }
    return owed;
  }

  @Test
  void warrantyAnswersFollowAgeAndMiles() {
    KitDataset qa = dataset("dealership_qa");
    int yes = 0;
    int no = 0;
    for (Row row : qa.first(9, 4_000)) {
      if (text(qa, row, "topic").equals("warranty")) {
        String answer = text(qa, row, "answer");
        boolean powertrain = answer.contains("powertrain");
        long age = 2026 - (Long) value(qa, row, "model_year");
        long miles = (Long) value(qa, row, "odometer");
        boolean covered = powertrain ? age <= 5 && miles <= 60_000 : age <= 3 && miles <= 36_000;
        assertEquals(covered, answer.startsWith("Yes"), row::toString);
        yes += covered ? 1 : 0;
        no += covered ? 0 : 1;
      }
    }
    assertTrue(yes > 20 && no > 100, yes + " " + no);
  }

  @Test
  void aProcedureIsNumberedAndAgreesWithItsColumns() {
    KitDataset procedures = dataset("maintenance_procedures");
    for (Row row : procedures.first(1, 2_000)) {
      String[] steps = text(procedures, row, "steps").split("\n");
      assertEquals((long) steps.length, value(procedures, row, "step_count"));
      for (int i = 0; i < steps.length; i++) {
        assertTrue(steps[i].startsWith((i + 1) + ". "), steps[i]);
        assertTrue(steps[i].endsWith("."), steps[i]);
      }
      Object torque = value(procedures, row, "lug_torque_lb_ft");
      assertEquals(
          torque != null, text(procedures, row, "steps").contains("lug nuts"), row::toString);
      if (torque != null) {
        long metric = Math.round((Long) torque * 1.35582);
        assertTrue(
            text(procedures, row, "steps").contains(torque + " lb-ft (" + metric + " Nm)"),
            row::toString);
      }
      // The check at the end names the step in which the fault was confirmed.
      Matcher check = Pattern.compile("step ([0-9]+)").matcher(text(procedures, row, "steps"));
      assertTrue(check.find(), row::toString);
      String test = entry(text(procedures, row, "op_code")).test;
      assertTrue(
          steps[Integer.parseInt(check.group(1)) - 1]
              .toLowerCase(Locale.ROOT)
              .contains(test.toLowerCase(Locale.ROOT)),
          row::toString);
    }
  }

  private static Phrasebook.Entry entry(String code) {
    return Phrasebook.instance().entries().stream()
        .filter(each -> each.operation.code().equals(code))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void nobodyBuysAboveTheirBudgetOrWhatDoesNotFit() throws Exception {
    KitDataset talks = dataset("sales_conversations");
    Map<String, Integer> outcomes = new HashMap<>();
    for (Row row : talks.first(1, 3_000)) {
      JsonNode messages = JSON.readTree(text(talks, row, "messages"));
      assertEquals((long) messages.size(), value(talks, row, "turns"));
      for (int i = 0; i < messages.size(); i++) {
        assertEquals(i % 2 == 0 ? "customer" : "advisor", messages.get(i).get("role").asText());
        assertFalse(messages.get(i).get("content").asText().isBlank());
      }
      String outcome = text(talks, row, "outcome");
      outcomes.merge(outcome, 1, Integer::sum);
      Double payment = (Double) value(talks, row, "monthly_payment");
      Double budget = (Double) value(talks, row, "monthly_budget");
      Object offered = value(talks, row, "offered_price");
      if (outcome.equals("sold") || outcome.equals("test_drive")) {
        assertNotNull(offered, row::toString);
        assertTrue(budget == null || payment <= budget, row::toString);
      } else if (outcome.equals("lost")) {
        assertTrue(offered == null || payment > budget, row::toString);
      }
      if (offered != null) {
        assertTrue((Double) offered <= (Double) value(talks, row, "list_price"), row::toString);
        assertTrue(
            text(talks, row, "messages").contains(Amounts.dollars(((Double) offered).longValue())),
            row::toString);
      }
      if (payment != null) {
        String said = Amounts.cents(Math.round(payment * 100));
        assertTrue(text(talks, row, "messages").contains(said), row::toString);
      }
    }
    assertEquals(Set.of("sold", "test_drive", "follow_up", "lost"), outcomes.keySet());
    outcomes.forEach((outcome, count) -> assertTrue(count > 200, outcome + " " + count));
  }

  @Test
  void seedsGiveOtherVehicles() {
    KitDataset specs = dataset("vehicle_specifications");
    assertNotEquals(value(specs, specs.row(1, 0), "vin"), value(specs, specs.row(2, 0), "vin"));
  }
}
