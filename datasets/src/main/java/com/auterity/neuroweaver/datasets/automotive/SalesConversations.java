package com.auterity.neuroweaver.datasets.automotive;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Talks between a customer and a sales advisor, as a JSON array of messages. Prices, trade-in,
 * financing and outcome follow from each other: nobody buys above the budget they named, nor a
 * vehicle that cannot do what they need.
 */
final class SalesConversations {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("conversation_id", ColumnType.STRING, false, SemanticType.NONE),
              Column.of("started_at", ColumnType.TIMESTAMP),
              Column.of("channel", ColumnType.STRING),
              Column.of("advisor", ColumnType.STRING),
              Column.of("make", ColumnType.STRING),
              Column.of("model", ColumnType.STRING),
              Column.of("model_year", ColumnType.INT64),
              Column.of("trim", ColumnType.STRING),
              Column.of("new_vehicle", ColumnType.BOOL),
              new Column("list_price", ColumnType.FLOAT64, true, SemanticType.MONEY),
              new Column("offered_price", ColumnType.FLOAT64, true, SemanticType.MONEY),
              new Column("trade_in_offer", ColumnType.FLOAT64, true, SemanticType.MONEY),
              new Column("monthly_payment", ColumnType.FLOAT64, true, SemanticType.MONEY),
              new Column("monthly_budget", ColumnType.FLOAT64, true, SemanticType.MONEY),
              Column.of("turns", ColumnType.INT64),
              Column.of("outcome", ColumnType.STRING),
              new Column("messages", ColumnType.STRING, false, SemanticType.JSON)));

  static final KitDataset DATASET =
      new KitDataset(
          "sales_conversations",
          "Talks of customers and sales advisors, from the first question to the outcome.",
          SCHEMA,
          10_000,
          SalesConversations::row);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant FIRST = Instant.parse("2025-01-02T13:00:00Z");
  private static final List<String> CHANNELS = List.of("chat", "phone", "email", "showroom");
  private static final List<String> WEEKDAYS =
      List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday");

  private final SplittableRandom random;
  private final Map<String, String> facts;
  private final List<Map<String, String>> messages = new ArrayList<>();

  private SalesConversations(SplittableRandom random, Map<String, String> facts) {
    this.random = random;
    this.facts = facts;
  }

  private static Object[] row(long ordinal, SplittableRandom random) {
    boolean fresh = random.nextInt(3) > 0;
    SpecSheet sheet =
        fresh
            ? SpecSheet.draw(SpecSheet.LAST_YEAR - 1, SpecSheet.LAST_YEAR, random)
            : SpecSheet.draw(2015, SpecSheet.LAST_YEAR - 1, random);
    int miles = fresh ? 3 + random.nextInt(60) : sheet.miles(random);
    int list = fresh ? sheet.msrp() : sheet.usedPrice(miles);
    int price =
        list - (random.nextInt(5) == 0 ? 0 : Math.max(1, list * random.nextInt(7) / 100 / 50) * 50);
    SalesConversations talk = new SalesConversations(random, KitPhrases.facts(sheet));
    Map<String, String> facts = talk.facts;
    String advisor = People.first(random);
    facts.put("advisor", advisor);
    facts.put("customer", People.other(advisor, random));
    facts.put("condition", fresh ? "new" : "used");
    facts.put("color", VehicleSpecifications.color(random));
    facts.put("stock", (fresh ? "N" : "U") + "%05d".formatted(random.nextInt(100_000)));
    facts.put("odometer", Amounts.count(miles));
    facts.put("list", Amounts.dollars(list));
    facts.put("price", Amounts.dollars(price));
    facts.put("discount", Amounts.dollars(list - price));
    facts.put("weekday", WEEKDAYS.get(random.nextInt(WEEKDAYS.size())));
    facts.put("time", DealershipQuestions.clock(9 + random.nextInt(9), random.nextBoolean()));

    talk.exchange("c.greet", fresh ? "s.greet.new" : "s.greet");
    boolean fits = talk.need(sheet);
    Integer trade = null;
    Money money = null;
    String outcome;
    if (!fits) {
      talk.exchange("c.lost.fit", "s.lost");
      outcome = "lost";
    } else {
      talk.exchange("c.price", price < list ? "s.price" : "s.price.list");
      if (random.nextInt(5) < 2) {
        trade = talk.trade(price);
      }
      if (random.nextInt(4) > 0) {
        money = talk.finance(price - (trade == null ? 0 : trade));
      }
      outcome = talk.end(money);
    }
    return new Object[] {
      "SC-%07d".formatted(ordinal + 1),
      FIRST.plusSeconds(ordinal * 1_301 + random.nextInt(1_300)),
      CHANNELS.get(random.nextInt(CHANNELS.size())),
      advisor,
      sheet.make(),
      sheet.model(),
      (long) sheet.modelYear(),
      sheet.trim(),
      fresh,
      (double) list,
      fits ? (double) price : null,
      trade == null ? null : (double) trade,
      money == null ? null : money.monthlyCents() / 100.0,
      money == null ? null : (double) money.budget(),
      (long) talk.messages.size(),
      outcome,
      talk.json()
    };
  }

  /** A payment in cents beside what the customer is ready to pay, in dollars. */
  private record Money(long monthlyCents, int budget) {
    boolean above() {
      return monthlyCents > 100L * budget;
    }
  }

  private void exchange(String customer, String advisor) {
    say("customer", customer);
    say("advisor", advisor);
  }

  private void say(String role, String tag) {
    Map<String, String> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", KitPhrases.instance().draw(tag, facts, random));
    messages.add(message);
  }

  /** Whether the vehicle can do what the customer asks of it. */
  private boolean need(SpecSheet sheet) {
    switch (random.nextInt(4)) {
      case 0 -> {
        int load = 800 + 100 * random.nextInt(35);
        facts.put("load", Amounts.count(load));
        boolean fits = load <= sheet.towingPounds();
        exchange(
            "c.need.tow",
            fits ? "s.need.tow" : sheet.towingPounds() > 0 ? "s.need.notow" : "s.need.unrated");
        return fits;
      }
      case 1 -> {
        int people = 3 + random.nextInt(4);
        facts.put("people", Integer.toString(people));
        boolean fits = people <= sheet.seats();
        exchange("c.need.seats", fits ? "s.need.seats" : "s.need.noseats");
        return fits;
      }
      default -> {
        exchange("c.need", "s.need.mpg");
        return true;
      }
    }
  }

  /** What is offered for the old vehicle, always less than the new one costs. */
  private int trade(int price) {
    SpecSheet old = SpecSheet.draw(2012, 2022, random);
    int miles = old.miles(random);
    int offer = Math.min(old.usedPrice(miles) * 85 / 100, price * 8 / 10) / 100 * 100;
    facts.put("t_year", Integer.toString(old.modelYear()));
    facts.put("t_make", old.make());
    facts.put("t_model", old.model());
    facts.put("t_miles", Amounts.count(miles));
    facts.put("t_offer", Amounts.dollars(offer));
    facts.put("after_trade", Amounts.dollars(price - offer));
    exchange("c.trade", "s.trade");
    return offer;
  }

  private Money finance(int left) {
    int down = left / 1_000 * 100 * random.nextInt(3);
    int term = 48 + 12 * random.nextInt(3);
    double apr = (399 + 10 * random.nextInt(45)) / 100.0;
    long monthly = Amounts.monthlyCents(left - down, apr, term);
    int budget = (int) Math.max(50, monthly * (75 + random.nextInt(70)) / 10_000 / 10 * 10);
    Money money = new Money(monthly, budget);
    facts.put("down", Amounts.dollars(down));
    facts.put("term", Integer.toString(term));
    facts.put("apr", Double.toString(apr));
    facts.put("financed", Amounts.dollars(left - down));
    facts.put("monthly", Amounts.cents(monthly));
    facts.put("budget", Amounts.dollars(budget));
    facts.put("over", Amounts.cents(Math.max(0, monthly - 100L * budget)));
    exchange(
        down == 0 ? "c.finance.none" : "c.finance", money.above() ? "s.finance.over" : "s.finance");
    return money;
  }

  private String end(Money money) {
    String outcome;
    if (money != null && money.above()) {
      outcome = random.nextBoolean() ? "lost" : "follow_up";
    } else {
      int draw = random.nextInt(10);
      outcome = draw < 4 ? "sold" : draw < 7 ? "test_drive" : "follow_up";
    }
    switch (outcome) {
      case "sold" -> exchange("c.sold", "s.sold");
      case "test_drive" -> exchange("c.drive", "s.drive");
      case "follow_up" -> exchange("c.later", "s.later");
      default -> exchange("c.lost", "s.lost");
    }
    return outcome;
  }

  private String json() {
    try {
      return JSON.writeValueAsString(messages);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
