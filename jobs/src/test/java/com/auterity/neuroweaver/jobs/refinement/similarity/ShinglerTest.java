package com.auterity.neuroweaver.jobs.refinement.similarity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShinglerTest {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{Nd}\\p{Mn}\\p{Mc}]+");

  private static final List<String> PIECES =
      List.of(
          "a",
          "B",
          "z",
          "Z",
          "0",
          "9",
          "brake",
          "ROTOR",
          "noise",
          "12345678",
          "odometer9",
          "vw",
          "é",
          "Ö",
          "ñ",
          "车",
          "क्षि",
          "\ud835\udc00",
          "𐐀",
          " ",
          "  ",
          "\n",
          "-",
          "_",
          ".",
          "/",
          ":",
          "@",
          "[",
          "`",
          "{",
          "\u0000",
          "\u007f",
          "\u00a0",
          "—",
          "’",
          "😀");

  private final SplittableRandom random = new SplittableRandom(23);

  private String text() {
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(30);
    boolean ascii = random.nextBoolean();
    for (int i = 0; i < pieces; i++) {
      String piece = PIECES.get(random.nextInt(PIECES.size()));
      if (!ascii || piece.chars().allMatch(c -> c < 128)) {
        text.append(piece);
      }
    }
    return text.toString();
  }

  /** What is run together to shingles: words, or characters with one blank for each gap. */
  private static List<String> units(List<String> columns, boolean words, boolean caseCounts) {
    List<String> units = new ArrayList<>();
    for (String column : columns) {
      if (words) {
        Matcher word = WORD.matcher(column);
        while (word.find()) {
          units.add(lower(word.group(), caseCounts));
        }
      } else {
        boolean gap = true;
        for (int code : column.codePoints().toArray()) {
          boolean visible =
              code < 128
                  ? code > 32 && code < 127
                  : !Character.isWhitespace(code) && !Character.isSpaceChar(code);
          if (visible) {
            if (gap && !units.isEmpty()) {
              units.add(" ");
            }
            units.add(lower(Character.toString(code), caseCounts));
          }
          gap = !visible;
        }
      }
    }
    return units;
  }

  private static String lower(String text, boolean caseCounts) {
    int[] codes = text.codePoints().map(c -> caseCounts ? c : Character.toLowerCase(c)).toArray();
    return new String(codes, 0, codes.length);
  }

  /** Equal shingles have equal hashes and others have others, wherever and after whatever. */
  @ParameterizedTest
  @CsvSource({
    "true, 1, false",
    "true, 2, false",
    "true, 3, true",
    "true, 7, false",
    "false, 1, true",
    "false, 5, false",
    "false, 9, true"
  })
  void shinglesAreEachRunOfUnitsOnce(boolean words, int size, boolean caseCounts) {
    Shingler shingler = new Shingler(words, size, caseCounts);
    Map<List<String>, Integer> hashes = new HashMap<>();
    for (int row = 0; row < 3_000; row++) {
      List<String> columns =
          IntStream.range(0, random.nextInt(3)).mapToObj(column -> text()).toList();
      shingler.begin();
      for (String column : columns) {
        if (random.nextBoolean()) {
          shingler.add(column);
        } else {
          byte[] utf8 = ("Ax" + column + "9é").getBytes(StandardCharsets.UTF_8);
          shingler.add(utf8, 2, utf8.length - 3);
        }
      }
      int count = shingler.end();
      Set<List<String>> runs = new HashSet<>();
      List<String> units = units(columns, words, caseCounts);
      for (int i = 0; i + size <= units.size(); i++) {
        runs.add(List.copyOf(units.subList(i, i + size)));
      }
      if (runs.isEmpty() && !units.isEmpty()) {
        runs.add(List.copyOf(units));
      }
      assertEquals(runs.size(), count, () -> columns + " has " + runs);
      Set<Integer> found = new HashSet<>();
      Arrays.stream(shingler.hashes(), 0, count).forEach(found::add);
      Set<Integer> known = new HashSet<>();
      runs.stream().filter(hashes::containsKey).forEach(run -> known.add(hashes.get(run)));
      assertEquals(known, intersection(known, found), columns::toString);
      // The hashes of runs that are new become known one by one, from rows with one of them.
      List<List<String>> fresh = runs.stream().filter(run -> !hashes.containsKey(run)).toList();
      if (fresh.size() == 1) {
        found.removeAll(known);
        assertEquals(1, found.size(), columns::toString);
        hashes.put(fresh.get(0), found.iterator().next());
      }
      int[] sorted = Arrays.copyOf(shingler.sorted(), count);
      assertArrayEquals(Arrays.stream(sorted).sorted().toArray(), sorted);
    }
    assertEquals(hashes.size(), new HashSet<>(hashes.values()).size());
    System.out.println("shingles known by their hash: " + hashes.size());
  }

  private static Set<Integer> intersection(Set<Integer> one, Set<Integer> other) {
    Set<Integer> both = new HashSet<>(one);
    both.retainAll(other);
    return both;
  }
}
