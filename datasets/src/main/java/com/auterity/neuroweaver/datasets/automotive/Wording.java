package com.auterity.neuroweaver.datasets.automotive;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A line of grammar: literal text with choices {@code {a|b}} and macros {@code @word}, without
 * nesting once macros are expanded. Draws one wording, or lists all of them.
 */
final class Wording {
  /** Alternatives of each part in order; a literal has exactly one. */
  private final List<List<String>> parts = new ArrayList<>();

  private final String source;

  private Wording(String source) {
    this.source = source;
  }

  /** Adds a macro: its word, a space, and what it stands for. */
  static void define(String macro, Map<String, List<String>> macros) {
    int space = macro.indexOf(' ');
    macros.put(macro.substring(0, space), parse(macro.substring(space + 1), macros).all());
  }

  static Wording parse(String line, Map<String, List<String>> macros) {
    Wording wording = new Wording(line);
    int at = 0;
    while (at < line.length()) {
      char c = line.charAt(at);
      if (c == '{') {
        int end = line.indexOf('}', at);
        if (end < 0) {
          throw new IllegalArgumentException("no closing brace in: " + line);
        }
        List<String> choices = new ArrayList<>();
        for (String choice : line.substring(at + 1, end).split("\\|", -1)) {
          choices.addAll(parse(choice, macros).all());
        }
        wording.parts.add(choices);
        at = end + 1;
      } else if (c == '@') {
        int end = at + 1;
        while (end < line.length() && Character.isLetter(line.charAt(end))) {
          end++;
        }
        List<String> choices = macros.get(line.substring(at + 1, end));
        if (choices == null) {
          throw new IllegalArgumentException("no macro " + line.substring(at, end) + ": " + line);
        }
        wording.parts.add(choices);
        at = end;
      } else {
        int end = at;
        while (end < line.length() && line.charAt(end) != '{' && line.charAt(end) != '@') {
          end++;
        }
        wording.parts.add(List.of(line.substring(at, end)));
        at = end;
      }
    }
    return wording;
  }

  String draw(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (List<String> choices : parts) {
      text.append(choices.get(random.nextInt(choices.size())));
    }
    return tidy(text.toString());
  }

  /** Every wording this line can give. */
  List<String> all() {
    List<String> texts = List.of("");
    for (List<String> choices : parts) {
      List<String> longer = new ArrayList<>(texts.size() * choices.size());
      for (String text : texts) {
        for (String choice : choices) {
          longer.add(text + choice);
        }
      }
      texts = longer;
    }
    return texts.stream().map(Wording::tidy).toList();
  }

  private static String tidy(String text) {
    return text.strip().replaceAll("\\s+", " ").replace(" ,", ",");
  }

  @Override
  public String toString() {
    return source;
  }
}
