package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Phrases that can stand for one another: {@code synonyms} (lists of which each can replace each)
 * and {@code patterns} ({@code from} a phrase with up to two {@code {name}} slots of one to four
 * words, {@code to} others with the same slots).
 */
final class ParaphraseRules {
  static final int MOST_RULES = 5_000;

  private static final int MOST_WORDS = 10;
  private static final int MOST_SLOTS = 2;
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

  /** The built-in rules of automotive service, read once. */
  private static final ParaphraseRules SERVICE = builtIn();

  /**
   * @param from words in small letters; slots keep their braces
   * @param to what can stand instead, as written, never {@code from} itself
   */
  record Rule(List<String> from, List<String> to) {}

  /** By first word, those with more words first. */
  private final Map<String, List<Rule>> byFirst = new HashMap<>();

  private int size;

  static ParaphraseRules service() {
    return SERVICE;
  }

  ParaphraseRules(JsonNode rules, String place) {
    Knobs knobs = new Knobs(rules, place);
    boolean any = false;
    if (knobs.has("synonyms")) {
      any = true;
      List<JsonNode> groups = knobs.list("synonyms");
      for (int i = 0; i < groups.size(); i++) {
        synonyms(groups.get(i), place + ".synonyms[" + i + "]");
      }
    }
    if (knobs.has("patterns")) {
      any = true;
      List<JsonNode> patterns = knobs.list("patterns");
      for (int i = 0; i < patterns.size(); i++) {
        pattern(patterns.get(i), place + ".patterns[" + i + "]");
      }
    }
    knobs.done();
    if (!any) {
      throw Knobs.invalid(place, "holds no rule", "synonyms, patterns or both");
    }
    byFirst.values().forEach(same -> same.sort((a, b) -> b.from().size() - a.from().size()));
  }

  List<Rule> beginningWith(String word) {
    return byFirst.getOrDefault(word, List.of());
  }

  private void synonyms(JsonNode group, String place) {
    if (!group.isArray() || group.size() < 2) {
      throw Knobs.invalid(place, "is " + Knobs.shown(group), "a list of at least two phrases");
    }
    List<String> phrases = new ArrayList<>();
    for (JsonNode phrase : group) {
      phrases.add(phrase(phrase, place, false));
    }
    for (String phrase : phrases) {
      List<String> others =
          phrases.stream().filter(other -> !other.equalsIgnoreCase(phrase)).toList();
      if (others.size() != phrases.size() - 1) {
        throw Knobs.invalid(place, "holds \"" + phrase + "\" twice", "each phrase once");
      }
      add(new Rule(split(phrase), others), place);
    }
  }

  private void pattern(JsonNode pattern, String place) {
    Knobs knobs = new Knobs(pattern, place);
    knobs.text("from");
    String from = phrase(pattern.get("from"), place + ".from", true);
    List<String> to = new ArrayList<>();
    for (JsonNode other : knobs.list("to")) {
      String phrase = phrase(other, place + ".to", true);
      if (!slots(phrase).equals(slots(from))) {
        throw Knobs.invalid(
            place + ".to", "is \"" + phrase + "\"", "the slots of from, each once: " + slots(from));
      }
      to.add(phrase);
    }
    knobs.done();
    if (from.startsWith("{")) {
      throw Knobs.invalid(place + ".from", "begins with a slot", "a word first");
    }
    add(new Rule(split(from), List.copyOf(to)), place);
  }

  private void add(Rule rule, String place) {
    List<Rule> same = byFirst.computeIfAbsent(rule.from().get(0), word -> new ArrayList<>());
    if (same.stream().anyMatch(other -> other.from().equals(rule.from()))) {
      throw Knobs.invalid(
          place, "has a second rule for \"" + String.join(" ", rule.from()) + "\"", "one rule");
    }
    same.add(rule);
    if (++size > MOST_RULES) {
      throw Knobs.invalid(place, "is rule " + size, "at most " + MOST_RULES + " rules");
    }
  }

  private static String phrase(JsonNode phrase, String place, boolean slotted) {
    String right =
        "a phrase of 1 to "
            + MOST_WORDS
            + " words of letters and apostrophes"
            + (slotted ? ", with at most " + MOST_SLOTS + " slots such as {part}" : "");
    if (!phrase.isTextual() || phrase.asText().isBlank()) {
      throw Knobs.invalid(place, "holds " + Knobs.shown(phrase), right);
    }
    String text = phrase.asText().strip().replaceAll("\\s+", " ");
    List<String> words = List.of(text.split(" "));
    Set<String> seen = new HashSet<>();
    int slots = 0;
    for (String word : words) {
      boolean slot = slotted && word.matches("\\{[a-z_]+\\}");
      slots += slot ? 1 : 0;
      if ((slot && !seen.add(word)) || (!slot && !word.matches("[\\p{L}]+(['-][\\p{L}]+)*"))) {
        throw Knobs.invalid(place, "holds \"" + Shown.brief(text) + "\"", right);
      }
    }
    if (words.size() > MOST_WORDS || slots > MOST_SLOTS) {
      throw Knobs.invalid(place, "holds \"" + Shown.brief(text) + "\"", right);
    }
    return text;
  }

  private static List<String> split(String phrase) {
    return List.of(phrase.toLowerCase(Locale.ROOT).split(" "));
  }

  private static Set<String> slots(String phrase) {
    Set<String> slots = new TreeSet<>();
    for (String word : split(phrase)) {
      if (word.startsWith("{")) {
        slots.add(word);
      }
    }
    return slots;
  }

  /** YAML without anchors and duplicate keys as JSON. */
  static JsonNode parsed(String yaml, String place) {
    String right = "YAML with synonyms and patterns, no anchors, no key twice";
    try (YAMLParser events = ((YAMLFactory) YAML.getFactory()).createParser(yaml)) {
      while (events.nextToken() != null) {
        if (events.isCurrentAlias() || events.getObjectId() != null) {
          throw Knobs.invalid(
              place,
              "has an anchor or an alias in line " + events.currentLocation().getLineNr(),
              right);
        }
      }
      try (JsonParser parser = YAML.getFactory().createParser(yaml)) {
        JsonNode rules = YAML.readTree(parser);
        if (rules == null || !rules.isObject()) {
          throw Knobs.invalid(place, "holds " + Knobs.shown(rules), right);
        }
        return rules;
      }
    } catch (IOException e) {
      throw Knobs.invalid(
          place, "holds what is no YAML (" + Shown.brief(e.getMessage(), 200) + ")", right);
    }
  }

  private static ParaphraseRules builtIn() {
    try (InputStream in = ParaphraseRules.class.getResourceAsStream("paraphrase.yaml")) {
      return new ParaphraseRules(
          parsed(new String(in.readAllBytes(), StandardCharsets.UTF_8), "paraphrase.yaml"),
          "paraphrase.yaml");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
