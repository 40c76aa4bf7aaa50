package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.personal.Candidate;
import com.auterity.neuroweaver.jobs.refinement.personal.PersonalData;
import com.auterity.neuroweaver.jobs.refinement.personal.PersonalDataFinder;
import com.auterity.neuroweaver.jobs.refinement.personal.Surrogates;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Finds personal data in text columns and does with it what the recipe says for its kind: replace
 * by a placeholder ({@code [phone]}), mask by stars, hash with a key, put an invented value in its
 * place, or drop the row.
 */
final class MaskPersonalData implements Stage {
  static final String NAME = "mask_personal_data";

  private static final int MOST_KEPT = 8;
  private static final int SHOWN_AROUND = 40;

  private final List<Integer> columns = new ArrayList<>();
  private final Schema schema;
  private final PersonalDataFinder finder;
  private final EnumMap<PersonalData, MaskingAction> actions = new EnumMap<>(PersonalData.class);
  private final int keepLast;
  private final MaskingKey key;
  private final Surrogates surrogates;

  MaskPersonalData(Knobs knobs, Schema schema) {
    this(knobs, schema, System::getenv);
  }

  /**
   * @param environment gives the value of a variable, or null
   */
  MaskPersonalData(Knobs knobs, Schema schema, Function<String, String> environment) {
    this.schema = schema;
    for (String name : knobs.texts("columns")) {
      String place = knobs.place() + ".columns";
      int column = Knobs.column(schema, name, place);
      if (schema.columns().get(column).type() != ColumnType.STRING) {
        throw Knobs.invalid(
            place,
            "names " + name + ", a column of " + schema.columns().get(column).type(),
            "text columns only");
      }
      columns.add(column);
    }
    EnumSet<PersonalData> kinds =
        knobs.has("types")
            ? EnumSet.copyOf(knobs.choices("types", PersonalData.class))
            : EnumSet.complementOf(EnumSet.of(PersonalData.VIN));
    String region = knobs.text("region", "US");
    if (!PhoneNumberUtil.getInstance().getSupportedRegions().contains(region)) {
      throw Knobs.invalid(
          knobs.place() + ".region", "is \"" + region + "\"", "a two-letter country such as US");
    }
    MaskingAction usual = knobs.choice("action", MaskingAction.class, MaskingAction.REPLACE);
    kinds.forEach(kind -> actions.put(kind, usual));
    if (knobs.has("actions")) {
      Knobs byKind = new Knobs(knobs.object("actions"), knobs.place() + ".actions");
      for (PersonalData kind : kinds) {
        actions.put(kind, byKind.choice(kind.word(), MaskingAction.class, usual));
      }
      byKind.done();
    }
    finder = new PersonalDataFinder(kinds, region, thresholds(knobs, kinds));
    keepLast = keepLast(knobs);
    key = key(knobs, environment);
    surrogates =
        actions.containsValue(MaskingAction.SURROGATE) ? new Surrogates(key::hmac, region) : null;
    knobs.done();
  }

  private static Map<PersonalData, Double> thresholds(Knobs knobs, EnumSet<PersonalData> kinds) {
    EnumMap<PersonalData, Double> thresholds = new EnumMap<>(PersonalData.class);
    Double usual = threshold(knobs, "threshold");
    Knobs byKind =
        knobs.has("thresholds")
            ? new Knobs(knobs.object("thresholds"), knobs.place() + ".thresholds")
            : null;
    for (PersonalData kind : kinds) {
      Double own = byKind == null ? null : threshold(byKind, kind.word());
      if (own != null || usual != null) {
        thresholds.put(kind, own != null ? own : usual);
      }
    }
    if (byKind != null) {
      byKind.done();
    }
    return thresholds;
  }

  private static Double threshold(Knobs knobs, String name) {
    Double threshold = knobs.number(name);
    if (threshold != null && !(threshold > 0 && threshold <= 1)) {
      throw Knobs.invalid(knobs.place() + "." + name, "is " + threshold, "above 0 and at most 1");
    }
    return threshold;
  }

  private int keepLast(Knobs knobs) {
    int keep = knobs.whole("keep_last", 4, 0, MOST_KEPT);
    if (knobs.has("keep_last") && !actions.containsValue(MaskingAction.MASK)) {
      throw Knobs.invalid(
          knobs.place() + ".keep_last",
          "is given though nothing is masked",
          "action mask beside it");
    }
    return keep;
  }

  private MaskingKey key(Knobs knobs, Function<String, String> environment) {
    boolean hash = actions.containsValue(MaskingAction.HASH);
    boolean surrogate = actions.containsValue(MaskingAction.SURROGATE);
    List<String> given = new ArrayList<>();
    for (String name : List.of("key_env", "key_file", "seed")) {
      if (knobs.has(name)) {
        given.add(name);
      }
    }
    if (given.size() > 1) {
      throw Knobs.invalid(knobs.place(), "has " + String.join(" and ", given), "one of them");
    }
    if (given.isEmpty() && !hash && !surrogate) {
      return null;
    }
    if (given.isEmpty()) {
      throw Knobs.invalid(
          knobs.place(),
          hash ? "hashes without a key" : "makes surrogates of nothing that is fixed",
          "key_env (a variable named "
              + MaskingKey.VARIABLE
              + "...) or key_file"
              + (hash ? "" : ", or a seed"));
    }
    String place = knobs.place() + "." + given.get(0);
    if (!hash && !surrogate) {
      throw Knobs.invalid(place, "is given though nothing needs it", "action hash or surrogate");
    }
    return switch (given.get(0)) {
      case "key_env" -> MaskingKey.ofVariable(knobs.text("key_env"), place, environment);
      case "key_file" -> MaskingKey.ofFile(knobs.text("key_file"), place);
      default -> {
        Double seed = knobs.number("seed");
        if (hash || seed != Math.rint(seed) || Math.abs(seed) > 1L << 53) {
          throw Knobs.invalid(
              place,
              hash ? "is given for hashes, which anybody could then compute" : "is " + seed,
              hash ? "key_env or key_file" : "a whole number");
        }
        yield MaskingKey.ofSeed(seed.longValue());
      }
    };
  }

  @Override
  public List<Integer> columns() {
    return columns;
  }

  /** What tells this stage's key from others, or empty without one. */
  String keyFingerprint() {
    return key == null ? "" : key.fingerprint();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    List<List<Candidate>> found = new ArrayList<>();
    for (int column : columns) {
      String text = row.text(column);
      List<Candidate> here = text == null ? List.of() : finder.find(text);
      for (Candidate candidate : here) {
        if (actions.get(candidate.kind()) == MaskingAction.DROP) {
          String kind = candidate.kind().word();
          return Verdict.reject(
              "personal_" + kind, schema.columns().get(column).name() + " holds " + kind);
        }
      }
      found.add(here);
    }
    Row result = row;
    for (int i = 0; i < found.size(); i++) {
      if (!found.get(i).isEmpty()) {
        int column = columns.get(i);
        Examples examples = new Examples(column, row.ordinal(), tally);
        result = result.with(column, masked(row.text(column), found.get(i), tally, examples));
      }
    }
    if (result != row) {
      tally.changed(NAME);
    }
    return Verdict.keep(result);
  }

  /** The row as it may be shown when it was rejected: all that is found in it is covered. */
  Row covered(Row row) {
    Row result = row;
    for (int column : columns) {
      String text = row.text(column);
      if (text != null) {
        result = result.with(column, covered(text));
      }
    }
    return result;
  }

  String covered(String text) {
    List<Candidate> found = finder.find(text);
    return found.isEmpty() ? text : masked(text, found, new Tally(), null);
  }

  private String masked(String text, List<Candidate> found, Tally tally, Examples examples) {
    StringBuilder result = new StringBuilder(text.length());
    int[] places = new int[2 * found.size()];
    int from = 0;
    for (int i = 0; i < found.size(); i++) {
      Candidate candidate = found.get(i);
      result.append(text, from, candidate.start());
      places[2 * i] = result.length();
      result.append(instead(candidate.kind(), text.substring(candidate.start(), candidate.end())));
      places[2 * i + 1] = result.length();
      tally.masked(candidate.kind().word());
      from = candidate.end();
    }
    result.append(text, from, text.length());
    if (examples != null) {
      for (int i = 0; i < found.size(); i++) {
        examples.add(found.get(i).kind(), result, places[2 * i], places[2 * i + 1]);
      }
    }
    return result.toString();
  }

  private String instead(PersonalData kind, String value) {
    return switch (actions.get(kind)) {
      case REPLACE, DROP -> "[" + kind.word() + "]";
      case MASK -> stars(value);
      case HASH -> "[" + kind.word() + ":" + hash(kind, value) + "]";
      case SURROGATE -> surrogates.of(kind, value);
    };
  }

  /** Stars for letters and digits but the last ones, of which never more than half are kept. */
  private String stars(String value) {
    int characters = (int) value.chars().filter(Character::isLetterOrDigit).count();
    int hidden = characters - Math.min(keepLast, characters / 2);
    StringBuilder result = new StringBuilder(value);
    for (int i = 0; i < value.length() && hidden > 0; i++) {
      if (Character.isLetterOrDigit(value.charAt(i))) {
        result.setCharAt(i, '*');
        hidden--;
      }
    }
    return result.toString();
  }

  /** 64 bits of the hash of what is the same in every way of writing it. */
  private String hash(PersonalData kind, String value) {
    String canonical =
        switch (kind) {
          case PHONE -> Surrogates.canonicalPhone(value);
          case EMAIL, IP -> value.toLowerCase(Locale.ROOT);
          default -> Surrogates.canonical(value);
        };
    return HexFormat.of().formatHex(key.hmac("hash", kind.word(), canonical), 0, 8);
  }

  /** Keeps the first pieces of each kind with what stands around them. */
  private final class Examples {
    private final int column;
    private final long ordinal;
    private final Tally tally;

    Examples(int column, long ordinal, Tally tally) {
      this.column = column;
      this.ordinal = ordinal;
      this.tally = tally;
    }

    void add(PersonalData kind, CharSequence masked, int start, int end) {
      if (!tally.wantsExample(kind.word())) {
        return;
      }
      int from = Math.max(0, start - SHOWN_AROUND);
      int to = Math.min(masked.length(), end + SHOWN_AROUND);
      if (from > 0 && Character.isLowSurrogate(masked.charAt(from))) {
        from++;
      }
      if (to < masked.length() && Character.isLowSurrogate(masked.charAt(to))) {
        to--;
      }
      String text =
          (from > 0 ? "..." : "")
              + masked.subSequence(from, to)
              + (to < masked.length() ? "..." : "");
      String action = actions.get(kind).name().toLowerCase(Locale.ROOT);
      String name = schema.columns().get(column).name();
      tally.example(new MaskedExample(kind.word(), name, action, ordinal, text));
    }
  }
}
