package com.auterity.neuroweaver.datasets.automotive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Seeded service requests: a customer's words about a vehicle, and the JSON answer. Iterating gives
 * rows; {@link #planted()} then tells how many faults of each kind were put into them.
 */
public final class ServiceRequests implements Iterator<Map<String, Object>> {
  /** Columns of every generated row, in order. */
  public static final List<String> COLUMNS =
      List.of(
          "request_id",
          "created_at",
          "vin",
          "make",
          "model",
          "model_year",
          "odometer",
          "customer_text",
          "answer");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant FIRST = Instant.parse("2026-01-05T08:00:00Z");
  private static final int RECENT = 512;

  private final Split split;
  private final int rows;
  private final Dirt dirt;
  private final SplittableRandom random;
  private final Phrasebook book = Phrasebook.instance();
  private final List<Map<String, Object>> recent = new ArrayList<>();
  private final Set<String> texts = new HashSet<>();
  private final Map<String, Integer> planted = new TreeMap<>();
  private int next;

  public ServiceRequests(long seed, int rows, Split split, Dirt dirt) {
    if (rows < 0) {
      throw new IllegalArgumentException("rows must not be negative, found " + rows);
    }
    this.split = split;
    this.rows = rows;
    this.dirt = dirt;
    // Equal seeds of the two splits must not walk the same path.
    this.random = new SplittableRandom(seed * 31 + split.ordinal());
  }

  /** Rows in {@link #COLUMNS} order; TRAIN with the usual planted dirt, HELDOUT clean. */
  public static Stream<Map<String, Object>> generate(long seed, int rows, Split split) {
    return new ServiceRequests(seed, rows, split, split == Split.TRAIN ? Dirt.usual() : Dirt.none())
        .stream();
  }

  /** All operations that can be the answer. */
  public static List<ServiceOperation> operations() {
    return Phrasebook.instance().entries().stream().map(e -> e.operation).toList();
  }

  /** The rows not drawn yet. */
  public Stream<Map<String, Object>> stream() {
    Iterable<Map<String, Object>> rest = () -> this;
    return StreamSupport.stream(rest.spliterator(), false);
  }

  /**
   * How many rows carry which fault, so far: exact_duplicate, near_duplicate, wrong_vin, empty_row,
   * vin_year, created_before_made, odometer_range, model_year_range, and personal_data with one
   * entry more for each kind: personal_phone, personal_email ...
   */
  public Map<String, Integer> planted() {
    return Map.copyOf(planted);
  }

  @Override
  public boolean hasNext() {
    return next < rows;
  }

  @Override
  public Map<String, Object> next() {
    if (!hasNext()) {
      throw new java.util.NoSuchElementException();
    }
    Dirt.Fault fault = dirt.fault(random.nextDouble());
    boolean copies = fault == Dirt.Fault.EXACT_DUPLICATE || fault == Dirt.Fault.NEAR_DUPLICATE;
    if (copies && recent.isEmpty()) {
      fault = Dirt.Fault.CLEAN;
    }
    Map<String, Object> row =
        switch (fault) {
          case EXACT_DUPLICATE -> copyOfRecent();
          case NEAR_DUPLICATE -> nearCopyOfRecent();
          default -> request();
        };
    spoil(row, fault);
    row.put("request_id", "%s-%07d".formatted(split == Split.TRAIN ? "SR" : "SH", next + 1));
    if (fault == Dirt.Fault.CLEAN) {
      remember(row);
    }
    next++;
    return row;
  }

  private Map<String, Object> request() {
    Phrasebook.Entry entry = book.draw(random);
    Vehicles.Vehicle vehicle = Vehicles.draw(split, random);
    CustomerVoice.Phrases phrases = CustomerVoice.phrases(split);
    CustomerVoice.Utterance said;
    do {
      String trouble = entry.trouble(troubleKind(phrases), random);
      said = CustomerVoice.say(phrases, book, entry, trouble, vehicle.line().model(), random);
    } while (!texts.add(said.text().toLowerCase(Locale.ROOT)));
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("request_id", "");
    row.put("created_at", FIRST.plusSeconds(next * 601L + random.nextInt(600)).toString());
    row.put("vin", vehicle.vin().value());
    row.put("make", vehicle.line().make());
    row.put("model", vehicle.line().model());
    row.put("model_year", vehicle.modelYear());
    row.put("odometer", vehicle.odometer());
    row.put("customer_text", said.text());
    row.put("answer", answer(entry.operation, said.worried()));
    return row;
  }

  /** A tenth of the training rows is worded as somebody else describes the trouble. */
  private char troubleKind(CustomerVoice.Phrases phrases) {
    return split == Split.TRAIN && random.nextInt(100) < 10 ? 'p' : phrases.trouble();
  }

  /** The answer as compact JSON with its fields in fixed order; a worry raises the urgency. */
  static String answer(ServiceOperation operation, boolean worried) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("op_code", operation.code());
    answer.put("system", operation.system());
    answer.put("urgency", (worried ? operation.urgency().raised() : operation.urgency()).word());
    answer.put("parts", operation.parts());
    answer.put("hours", operation.hours());
    answer.put("reply", operation.reply());
    try {
      return JSON.writeValueAsString(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, Object> copyOfRecent() {
    return new LinkedHashMap<>(recent.get(random.nextInt(recent.size())));
  }

  private Map<String, Object> nearCopyOfRecent() {
    Map<String, Object> row = copyOfRecent();
    String text = (String) row.get("customer_text");
    String changed;
    do {
      changed =
          switch (random.nextInt(3)) {
            case 0 -> text + " please";
            case 1 -> "hi again " + text;
            default -> text.replaceFirst(" ", " really ");
          };
      text = changed;
    } while (!texts.add(changed.toLowerCase(Locale.ROOT)));
    row.put("customer_text", changed);
    return row;
  }

  private void spoil(Map<String, Object> row, Dirt.Fault fault) {
    switch (fault) {
      case EXACT_DUPLICATE -> count("exact_duplicate");
      case NEAR_DUPLICATE -> count("near_duplicate");
      case PERSONAL_DATA -> {
        PersonalDetails.Detail detail = PersonalDetails.draw(random);
        String text = (String) row.get("customer_text");
        row.put(
            "customer_text",
            text.endsWith(".")
                ? text + " " + CustomerVoice.capitalized(detail.sentence()) + "."
                : text + ", " + detail.sentence());
        count("personal_data");
        count("personal_" + detail.kind());
      }
      case WRONG_VIN -> {
        String vin = (String) row.get("vin");
        int digit = Character.digit(vin.charAt(16), 10);
        // The last place has weight 2: a step of 1 always changes the remainder modulo 11.
        row.put("vin", vin.substring(0, 16) + (digit + 1) % 10);
        count("wrong_vin");
      }
      case EMPTY_ROW -> {
        row.put("customer_text", random.nextBoolean() ? "" : "   ");
        row.put("answer", null);
        count("empty_row");
      }
      case CONTRADICTION -> {
        int year = (Integer) row.get("model_year");
        if (random.nextBoolean()) {
          row.put("model_year", year == 2010 ? 2013 : year - 1);
          count("vin_year");
        } else {
          row.put(
              "created_at",
              LocalDate.of(year - 3, 1 + random.nextInt(12), 1 + random.nextInt(28))
                  .atStartOfDay()
                  .toInstant(ZoneOffset.UTC)
                  .toString());
          count("created_before_made");
        }
      }
      case OUT_OF_RANGE -> {
        switch (random.nextInt(3)) {
          case 0 -> row.put("odometer", -1 - random.nextInt(90_000));
          case 1 -> row.put("odometer", 2_000_000 + random.nextInt(8_000_000));
          default -> row.put("model_year", random.nextBoolean() ? 1900 : 2099);
        }
        count(
            (Integer) row.get("model_year") < 1980 || (Integer) row.get("model_year") > 2030
                ? "model_year_range"
                : "odometer_range");
      }
      case CLEAN -> {}
    }
  }

  private void remember(Map<String, Object> row) {
    if (recent.size() < RECENT) {
      recent.add(row);
    } else {
      recent.set(next % RECENT, row);
    }
  }

  private void count(String fault) {
    planted.merge(fault, 1, Integer::sum);
  }
}
