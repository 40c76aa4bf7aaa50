package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.jobs.refinement.text.SpokenParts;
import com.auterity.neuroweaver.jobs.refinement.text.TextMeasures;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Says the same in other words, by {@link ParaphraseRules}: at each word the longest phrase that
 * stands there is replaced, or not, by chance. Capitals at the beginning stay, {@code a} and {@code
 * an} follow the word behind. In linear time: a phrase has a bounded number of words.
 */
final class Paraphrase implements TextOperation.Rewriting {
  static final String NAME = "paraphrase";

  /** As RecipeFiles writes what a {@code rules_file} holds. */
  static final String RULES = "rules";

  private static final int SLOT_WORDS = 4;

  private final ParaphraseRules rules;
  private final double rate;

  Paraphrase(Knobs knobs, JsonNode node) {
    rate = knobs.number("rate", 0.5, 0.001, 1);
    rules =
        knobs.has(RULES)
            ? new ParaphraseRules(node.get(RULES), knobs.place() + "." + RULES)
            : ParaphraseRules.service();
    knobs.done();
  }

  /** The words of a text as places; letters, digits and what joins them. */
  private static final class Words {
    final String text;
    final List<String> small = new ArrayList<>();
    final List<int[]> spans = new ArrayList<>();

    Words(String text) {
      this.text = text;
      int end;
      for (int at = 0; (at = TextMeasures.wordStart(text, at)) < text.length(); at = end) {
        end = TextMeasures.wordEnd(text, at);
        while (end + 1 < text.length()
            && text.charAt(end) == '-'
            && Character.isLetterOrDigit(text.charAt(end + 1))) {
          end = TextMeasures.wordEnd(text, end + 1);
        }
        spans.add(new int[] {at, end});
        small.add(
            end - at > 60
                ? ""
                : text.substring(at, end).toLowerCase(Locale.ROOT).replace('\u2019', '\''));
      }
    }

    /** Only white space stands between this word and the one before. */
    boolean joined(int word) {
      return text.substring(spans.get(word - 1)[1], spans.get(word)[0]).isBlank();
    }
  }

  @Override
  public String of(String text, SplittableRandom random) {
    Words words = new Words(text);
    StringBuilder out = new StringBuilder(text.length() + 32);
    int copied = 0;
    for (int at = 0; at < words.small.size(); ) {
      int used = 0;
      for (ParaphraseRules.Rule rule : rules.beginningWith(words.small.get(at))) {
        Map<String, String> slots = new TreeMap<>();
        int end = matched(words, rule.from(), 0, at, slots);
        if (end < 0) {
          continue;
        }
        used = end - at;
        if (random.nextDouble() < rate) {
          String other = rule.to().get(random.nextInt(rule.to().size()));
          for (Map.Entry<String, String> slot : slots.entrySet()) {
            other = other.replace(slot.getKey(), slot.getValue());
          }
          out.append(text, copied, words.spans.get(at)[0]);
          article(out, other);
          out.append(cased(text.substring(words.spans.get(at)[0], words.spans.get(at)[1]), other));
          copied = words.spans.get(end - 1)[1];
        }
        break;
      }
      at += Math.max(1, used);
    }
    return out.append(text, copied, text.length()).toString();
  }

  /** The place of the word behind the phrase, or -1 when it does not stand there. */
  private static int matched(
      Words words, List<String> from, int part, int at, Map<String, String> slots) {
    if (part == from.size()) {
      return at;
    }
    if (at >= words.small.size() || (part > 0 && !words.joined(at))) {
      return -1;
    }
    String wanted = from.get(part);
    if (!wanted.startsWith("{")) {
      return wanted.equals(words.small.get(at))
          ? matched(words, from, part + 1, at + 1, slots)
          : -1;
    }
    int most = 1;
    while (most < SLOT_WORDS && at + most < words.small.size() && words.joined(at + most)) {
      most++;
    }
    for (int length = most; length > 0; length--) {
      slots.put(
          wanted,
          words.text.substring(words.spans.get(at)[0], words.spans.get(at + length - 1)[1]));
      int end = matched(words, from, part + 1, at + length, slots);
      if (end >= 0) {
        return end;
      }
    }
    return -1;
  }

  private static String cased(String before, String after) {
    boolean shouts = before.length() > 1 && SpokenParts.shouts(before);
    if (shouts) {
      return after.toUpperCase(Locale.ROOT);
    }
    return Character.isUpperCase(before.charAt(0))
        ? Character.toUpperCase(after.charAt(0)) + after.substring(1)
        : after;
  }

  /** Makes an article at the end of what is written fit the word that follows. */
  private static void article(StringBuilder out, String next) {
    int end = out.length();
    while (end > 0 && SpokenParts.blank(out.charAt(end - 1))) {
      end--;
    }
    int start = end;
    while (start > 0 && Character.isLetter(out.charAt(start - 1))) {
      start--;
    }
    String word = out.substring(start, end);
    boolean article = word.equalsIgnoreCase("a") || word.equalsIgnoreCase("an");
    boolean apart = start == 0 || SpokenParts.blank(out.charAt(start - 1));
    if (article && apart && end < out.length()) {
      boolean vowel = "aeio".indexOf(Character.toLowerCase(next.charAt(0))) >= 0;
      out.replace(start, end, word.charAt(0) + (vowel ? "n" : ""));
    }
  }
}
