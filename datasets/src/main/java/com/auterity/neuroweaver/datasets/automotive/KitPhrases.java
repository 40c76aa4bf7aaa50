package com.auterity.neuroweaver.datasets.automotive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The wordings of {@code kit-phrases.txt} by their tags; facts of a row take their places. */
final class KitPhrases {
  private static final String RESOURCE = "kit-phrases.txt";
  private static final Pattern FACT = Pattern.compile("\\$([a-z][a-z_]*)");
  private static final Pattern BEFORE_MARK = Pattern.compile(" +([,.;:?!])");
  private static final Pattern SENTENCE = Pattern.compile("(^|[.?!] )([a-z])");
  private static final KitPhrases INSTANCE = read();

  private final Map<String, List<Wording>> wordings = new HashMap<>();

  private KitPhrases() {}

  static KitPhrases instance() {
    return INSTANCE;
  }

  /** The facts of a row, with what all of a vehicle's rows may say. */
  static Map<String, String> facts(SpecSheet sheet) {
    Map<String, String> facts = new HashMap<>();
    facts.put("make", sheet.make());
    facts.put("model", sheet.model());
    facts.put("year", Integer.toString(sheet.modelYear()));
    facts.put("trim", sheet.trim());
    facts.put("engine", sheet.engine());
    facts.put("drive", sheet.drivetrain());
    facts.put("tire", sheet.tireSize());
    facts.put("city", Integer.toString(sheet.cityMpg()));
    facts.put("highway", Integer.toString(sheet.highwayMpg()));
    facts.put("combined", Integer.toString(sheet.combinedMpg()));
    facts.put("range", Integer.toString(sheet.rangeMiles()));
    facts.put("tank", Double.toString(sheet.tankGallons()));
    facts.put("tow", Amounts.count(sheet.towingPounds()));
    facts.put("seats", Integer.toString(sheet.seats()));
    facts.put("wheelbase", Double.toString(sheet.wheelbaseInches()));
    facts.put("oil_qt", Double.toString(sheet.oilQuarts()));
    facts.put("oil_l", "%.1f".formatted(sheet.oilQuarts() * 0.946353));
    facts.put("oil_grade", sheet.oilGrade());
    facts.put("lug", Integer.toString(sheet.lugPoundFeet()));
    facts.put("lug_nm", Long.toString(sheet.lugNewtonMetres()));
    return facts;
  }

  /** One wording of the tag with its facts; a fact that is missing is a mistake of the resource. */
  String draw(String tag, Map<String, String> facts, RandomGenerator random) {
    List<Wording> lines = wordings.get(tag);
    if (lines == null) {
      throw new IllegalArgumentException(RESOURCE + " has no line of tag " + tag);
    }
    return filled(lines.get(random.nextInt(lines.size())).draw(random), tag, facts);
  }

  Set<String> tags() {
    return Set.copyOf(wordings.keySet());
  }

  private static String filled(String text, String tag, Map<String, String> facts) {
    String filled =
        FACT.matcher(text)
            .replaceAll(
                found -> {
                  String fact = facts.get(found.group(1));
                  if (fact == null) {
                    throw new IllegalArgumentException(
                        tag + " asks for $" + found.group(1) + "; there are " + facts.keySet());
                  }
                  return Matcher.quoteReplacement(fact);
                });
    String closed = BEFORE_MARK.matcher(filled.replaceAll(" +", " ").strip()).replaceAll("$1");
    return SENTENCE
        .matcher(closed)
        .replaceAll(
            found ->
                found.group(1)
                    + Character.toString(Character.toUpperCase(found.group(2).charAt(0))));
  }

  private static KitPhrases read() {
    KitPhrases phrases = new KitPhrases();
    Map<String, List<String>> macros = new HashMap<>();
    for (String line : TextResource.content(RESOURCE)) {
      int space = line.indexOf(' ');
      String tag = line.substring(0, space);
      String rest = line.substring(space + 1).strip();
      if (tag.equals("macro")) {
        int end = rest.indexOf(' ');
        macros.put(rest.substring(0, end), Wording.parse(rest.substring(end + 1), macros).all());
      } else {
        phrases
            .wordings
            .computeIfAbsent(tag, t -> new ArrayList<>())
            .add(Wording.parse(rest, macros));
      }
    }
    return phrases;
  }
}
