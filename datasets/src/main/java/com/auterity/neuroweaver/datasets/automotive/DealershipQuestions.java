package com.auterity.neuroweaver.datasets.automotive;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Questions that come to a dealership's desks, and answers whose figures are right: capacities are
 * those of {@link SpecSheet}, repairs those of the service operations, sums and payments are
 * computed.
 */
final class DealershipQuestions {
  /** What is asked, and whose desk answers. */
  private enum Topic {
    OIL("service"),
    TIRES("service"),
    TOWING("sales"),
    MILEAGE("sales"),
    TROUBLE("service"),
    PRICE("service"),
    PAYMENT("finance"),
    TRADE("finance"),
    WARRANTY("service"),
    PART("parts"),
    HOURS("any");

    private final String department;

    Topic(String department) {
      this.department = department;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("qa_id", ColumnType.STRING, false, SemanticType.NONE),
              Column.of("department", ColumnType.STRING),
              Column.of("topic", ColumnType.STRING),
              Column.of("make", ColumnType.STRING),
              Column.of("model", ColumnType.STRING),
              Column.of("model_year", ColumnType.INT64),
              new Column("odometer", ColumnType.INT64, true, SemanticType.ODOMETER),
              new Column("question", ColumnType.STRING, false, SemanticType.FREE_TEXT),
              new Column("answer", ColumnType.STRING, false, SemanticType.FREE_TEXT),
              new Column("answered_on", ColumnType.DATE, true, SemanticType.DATE)));

  static final KitDataset DATASET =
      new KitDataset(
          "dealership_qa",
          "Questions to service, sales, parts and finance desks with their answers.",
          SCHEMA,
          20_000,
          DealershipQuestions::row);

  /** Trouble, prices and specifications are asked about more than opening hours. */
  private static final List<Topic> ASKED =
      List.of(
          Topic.OIL,
          Topic.TIRES,
          Topic.TOWING,
          Topic.MILEAGE,
          Topic.TROUBLE,
          Topic.TROUBLE,
          Topic.TROUBLE,
          Topic.PRICE,
          Topic.PRICE,
          Topic.PAYMENT,
          Topic.TRADE,
          Topic.WARRANTY,
          Topic.PART,
          Topic.HOURS);

  private static final List<String> POWERTRAIN = List.of("engine", "transmission", "fuel");
  private static final List<String> WEEKDAYS =
      List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");
  private static final List<String> DEPARTMENTS = List.of("service", "parts", "sales", "finance");
  private static final LocalDate FIRST_DAY = LocalDate.of(2025, 1, 2);

  private DealershipQuestions() {}

  private static Object[] row(long ordinal, SplittableRandom random) {
    Topic topic = ASKED.get(random.nextInt(ASKED.size()));
    SpecSheet sheet = SpecSheet.draw(random);
    int miles = sheet.miles(random);
    Phrasebook.Entry entry = Phrasebook.instance().draw(random);
    Map<String, String> facts = KitPhrases.facts(sheet);
    facts.put("miles", Amounts.count(miles));
    String department = topic.department;
    String answer;
    switch (topic) {
      case OIL -> {
        facts.put("interval", sheet.oilGrade().startsWith("0W") ? "10,000" : "7,500");
        answer = "a.oil";
      }
      case TIRES -> {
        facts.put("total", Amounts.dollars(4L * (110 + random.nextInt(160)) + 100));
        answer = "a.tires";
      }
      case TOWING -> answer = towing(sheet, facts, random);
      case MILEAGE -> answer = "a.mileage";
      case TROUBLE -> {
        repair(entry, facts);
        facts.put("trouble", entry.trouble('t', random).replaceAll("\\bi\\b", "I"));
        facts.put(
            "urgency",
            KitPhrases.instance()
                .draw("urgency." + entry.operation.urgency().word(), facts, random));
        answer = "a.trouble";
      }
      case PRICE -> answer = price(entry, facts, random);
      case PAYMENT -> answer = payment(sheet, miles, facts, random);
      case TRADE -> answer = trade(sheet, miles, facts, random);
      case WARRANTY -> answer = warranty(sheet, miles, entry, facts);
      case PART -> answer = part(entry, facts, random);
      case HOURS -> {
        department = DEPARTMENTS.get(random.nextInt(DEPARTMENTS.size()));
        answer = hours(department, facts, random);
      }
      default -> throw new IllegalStateException(topic.word());
    }
    KitPhrases phrases = KitPhrases.instance();
    boolean ofVehicle = topic != Topic.HOURS;
    return new Object[] {
      "QA-%07d".formatted(ordinal + 1),
      department,
      topic.word(),
      ofVehicle ? sheet.make() : null,
      ofVehicle ? sheet.model() : null,
      ofVehicle ? (long) sheet.modelYear() : null,
      ofVehicle ? (long) miles : null,
      phrases.draw("q." + topic.word(), facts, random),
      phrases.draw(answer, facts, random),
      FIRST_DAY.plusDays(random.nextInt(360))
    };
  }

  /** Facts of a repair; parts are at least named, so that any sentence can say them. */
  static void repair(Phrasebook.Entry entry, Map<String, String> facts) {
    ServiceOperation operation = entry.operation;
    facts.put("finding", entry.finding);
    facts.put("why", entry.why);
    facts.put("test", entry.test);
    facts.put("fix", entry.fix);
    facts.put("component", entry.component);
    facts.put("reply", operation.reply());
    facts.put("hours", Double.toString(operation.hours()));
    facts.put("op_code", operation.code());
    facts.put(
        "part_names",
        operation.parts().isEmpty() ? "no parts" : String.join(" and ", operation.parts()));
  }

  private static String towing(
      SpecSheet sheet, Map<String, String> facts, SplittableRandom random) {
    int load = 600 + 50 * random.nextInt(170);
    facts.put("load", Amounts.count(load));
    if (sheet.towingPounds() == 0) {
      return "a.towing.none";
    }
    facts.put("spare", Amounts.count(sheet.towingPounds() - load));
    facts.put("over", Amounts.count(load - sheet.towingPounds()));
    return load <= sheet.towingPounds() ? "a.towing.yes" : "a.towing.no";
  }

  private static String price(
      Phrasebook.Entry entry, Map<String, String> facts, SplittableRandom random) {
    repair(entry, facts);
    int rate = 120 + 5 * random.nextInt(15);
    // Hours have one decimal place and rates end in 0 or 5: the product is in half dollars.
    long labor = Math.round(entry.operation.hours() * 10) * rate * 10;
    facts.put("rate", Amounts.dollars(rate));
    facts.put("labor", Amounts.cents(labor));
    if (entry.operation.parts().isEmpty()) {
      facts.put("total", Amounts.cents(labor));
      return "a.price.labor";
    }
    long parts = partsCents(entry, random);
    facts.put("parts", Amounts.cents(parts));
    facts.put("total", Amounts.cents(labor + parts));
    return "a.price";
  }

  private static long partsCents(Phrasebook.Entry entry, SplittableRandom random) {
    long each = 1_800 + Math.round(entry.operation.hours() * 6_000) + random.nextInt(9_000);
    return each * entry.operation.parts().size();
  }

  private static String payment(
      SpecSheet sheet, int miles, Map<String, String> facts, SplittableRandom random) {
    int price = sheet.usedPrice(miles);
    int down = Math.max(5, price / 1_000) * 100 * (1 + random.nextInt(3));
    int term = 36 + 12 * random.nextInt(4);
    double apr = (299 + 10 * random.nextInt(60)) / 100.0;
    long monthly = Amounts.monthlyCents(price - down, apr, term);
    facts.put("price", Amounts.dollars(price));
    facts.put("down", Amounts.dollars(down));
    facts.put("financed", Amounts.dollars(price - down));
    facts.put("term", Integer.toString(term));
    facts.put("apr", Double.toString(apr));
    facts.put("monthly", Amounts.cents(monthly));
    facts.put("interest", Amounts.cents(monthly * term - 100L * (price - down)));
    return "a.payment";
  }

  private static String trade(
      SpecSheet sheet, int miles, Map<String, String> facts, SplittableRandom random) {
    int offer = sheet.usedPrice(miles) * 88 / 100 / 50 * 50;
    int owed = Math.max(300, offer * (40 + random.nextInt(90)) / 100 / 10 * 10 + 10);
    facts.put("offer", Amounts.dollars(offer));
    facts.put("owed", Amounts.dollars(owed));
    facts.put("equity", Amounts.dollars(Math.abs(offer - owed)));
    return offer >= owed ? "a.trade.positive" : "a.trade.negative";
  }

  private static String warranty(
      SpecSheet sheet, int miles, Phrasebook.Entry entry, Map<String, String> facts) {
    repair(entry, facts);
    boolean powertrain = POWERTRAIN.contains(entry.operation.system());
    int years = powertrain ? 5 : 3;
    int limit = powertrain ? 60_000 : 36_000;
    int age = SpecSheet.LAST_YEAR + 1 - sheet.modelYear();
    facts.put("coverage", powertrain ? "powertrain" : "basic");
    facts.put("years", Integer.toString(years));
    facts.put("limit", Amounts.count(limit));
    facts.put("age", Integer.toString(age));
    return age <= years && miles <= limit ? "a.warranty.yes" : "a.warranty.no";
  }

  private static String part(
      Phrasebook.Entry drawn, Map<String, String> facts, SplittableRandom random) {
    Phrasebook.Entry entry = drawn;
    while (entry.operation.parts().isEmpty()) {
      entry = Phrasebook.instance().draw(random);
    }
    repair(entry, facts);
    long parts = partsCents(entry, random);
    facts.put(
        "part_no",
        "%05d-%s-%03d"
            .formatted(
                random.nextInt(100_000),
                entry.operation.code().substring(0, 3),
                random.nextInt(1_000)));
    facts.put("parts", Amounts.cents(parts));
    facts.put("days", Integer.toString(2 + random.nextInt(6)));
    facts.put("deposit", Amounts.cents(parts / 2));
    return random.nextInt(5) < 3 ? "a.part.stock" : "a.part.order";
  }

  private static String hours(
      String department, Map<String, String> facts, SplittableRandom random) {
    int day = random.nextInt(WEEKDAYS.size());
    int opens = day < 5 ? 8 : 9;
    int closes = department.equals("sales") || department.equals("finance") ? 20 : 18;
    int ends = day < 5 ? closes : 16;
    int asked = 10 + random.nextInt(12);
    boolean half = random.nextBoolean();
    facts.put("department_name", department);
    facts.put("weekday", WEEKDAYS.get(day));
    facts.put("opens", clock(opens, false));
    facts.put("closes", clock(ends, false));
    facts.put("time", clock(asked, half));
    facts.put("advisor", People.first(random));
    if (day == 6) {
      return "a.hours.shut";
    }
    return asked < ends ? "a.hours.open" : "a.hours.closed";
  }

  static String clock(int hour, boolean half) {
    int twelve = hour % 12 == 0 ? 12 : hour % 12;
    return twelve + (half ? ":30" : "") + (hour < 12 ? " am" : " pm");
  }
}
