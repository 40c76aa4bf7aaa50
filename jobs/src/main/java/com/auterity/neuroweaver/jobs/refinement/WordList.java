package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.auterity.neuroweaver.jobs.refinement.text.TextMeasures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Words and phrases, found in a text as whole words in any case, in linear time. */
final class WordList {
  static final int LONGEST_PHRASE = 8;
  private static final int LONGEST_WORD = 60;

  /** Phrases by their first word. */
  private final Map<String, List<List<String>>> phrases = new HashMap<>();

  WordList(Collection<String> entries, String place) {
    for (String entry : entries) {
      List<String> words = words(entry);
      if (words.isEmpty() || words.size() > LONGEST_PHRASE) {
        throw Knobs.invalid(
            place,
            "holds \"" + Shown.brief(entry) + "\"",
            "entries of 1 to " + LONGEST_PHRASE + " words");
      }
      List<List<String>> sameStart = phrases.computeIfAbsent(words.get(0), k -> new ArrayList<>());
      if (!sameStart.contains(words)) {
        sameStart.add(words);
      }
    }
  }

  /**
   * @param first the entry found first, null without any
   */
  record Matches(int count, String first) {}

  /** Entries found; where several begin at one word, that counts once. */
  Matches in(String text) {
    int count = 0;
    String first = null;
    int end;
    for (int at = 0; (at = TextMeasures.wordStart(text, at)) < text.length(); at = end) {
      end = TextMeasures.wordEnd(text, at);
      for (List<String> phrase : phrases.getOrDefault(word(text, at, end), List.of())) {
        if (stands(phrase, text, end)) {
          count++;
          first = first == null ? String.join(" ", phrase) : first;
          break;
        }
      }
    }
    return new Matches(count, first);
  }

  /** Whether the words after the first follow from here on. */
  private static boolean stands(List<String> phrase, String text, int from) {
    int at = from;
    for (String wanted : phrase.subList(1, phrase.size())) {
      int start = TextMeasures.wordStart(text, at);
      // Words of a phrase stand close together.
      if (start - at > 3 || start >= text.length()) {
        return false;
      }
      at = TextMeasures.wordEnd(text, start);
      if (!word(text, start, at).equals(wanted)) {
        return false;
      }
    }
    return true;
  }

  private static List<String> words(String entry) {
    List<String> words = new ArrayList<>();
    int end;
    for (int at = 0; (at = TextMeasures.wordStart(entry, at)) < entry.length(); at = end) {
      end = TextMeasures.wordEnd(entry, at);
      words.add(word(entry, at, end));
    }
    return words;
  }

  private static String word(String text, int from, int to) {
    return to - from > LONGEST_WORD
        ? ""
        : text.substring(from, to).toLowerCase(Locale.ROOT).replace('\u2019', '\'');
  }
}
