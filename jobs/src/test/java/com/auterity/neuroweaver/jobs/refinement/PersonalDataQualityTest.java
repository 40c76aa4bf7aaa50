package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.refinement.personal.Candidate;
import com.auterity.neuroweaver.jobs.refinement.personal.PersonalData;
import com.auterity.neuroweaver.jobs.refinement.personal.PersonalDataFinder;
import com.auterity.neuroweaver.jobs.refinement.personal.ResourceWords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much is found of labelled texts, and how long texts made to hurt take. */
class PersonalDataQualityTest {
  private static final PersonalDataFinder FINDER =
      new PersonalDataFinder(EnumSet.allOf(PersonalData.class), "US", Map.of());

  /** Right, wrong and missed of one kind. */
  private static final class Count {
    private int right;
    private int wrong;
    private int missed;

    double precision() {
      return right + wrong == 0 ? 1 : (double) right / (right + wrong);
    }

    double recall() {
      return right + missed == 0 ? 1 : (double) right / (right + missed);
    }

    /** Recall weighs as much as four times precision. */
    double f2() {
      double weighed = 4 * precision() + recall();
      return weighed == 0 ? 0 : 5 * precision() * recall() / weighed;
    }
  }

  private static final class Table {
    private final EnumMap<PersonalData, Count> kinds = new EnumMap<>(PersonalData.class);
    private final Count all = new Count();
    private final List<String> faults = new ArrayList<>();

    Table(List<PersonalDataSamples.Sample> samples) {
      for (PersonalData kind : PersonalData.values()) {
        kinds.put(kind, new Count());
      }
      samples.forEach(this::count);
    }

    private void count(PersonalDataSamples.Sample sample) {
      List<Candidate> found = new ArrayList<>(FINDER.find(sample.text()));
      for (Candidate label : sample.labels()) {
        Candidate match =
            found.stream().filter(candidate -> same(candidate, label)).findFirst().orElse(null);
        Count count = kinds.get(label.kind());
        if (match == null) {
          count.missed++;
          all.missed++;
          faults.add("missed " + shown(label, sample));
        } else {
          count.right++;
          all.right++;
          found.remove(match);
        }
      }
      for (Candidate candidate : found) {
        kinds.get(candidate.kind()).wrong++;
        all.wrong++;
        faults.add("wrong " + shown(candidate, sample));
      }
    }

    /** The same kind, and more than half of what either covers is covered by both. */
    private static boolean same(Candidate one, Candidate other) {
      int both = Math.min(one.end(), other.end()) - Math.max(one.start(), other.start());
      int either = Math.max(one.end(), other.end()) - Math.min(one.start(), other.start());
      return one.kind() == other.kind() && 2 * both > either;
    }

    private static String shown(Candidate candidate, PersonalDataSamples.Sample sample) {
      return candidate.kind().word()
          + " \""
          + sample.text().substring(candidate.start(), candidate.end())
          + "\" in: "
          + sample.text();
    }

    @Override
    public String toString() {
      StringBuilder table =
          new StringBuilder(line("kind", "right", "wrong", "missed", "precision", "recall", "F2"));
      kinds.forEach((kind, count) -> table.append(line(kind.word(), count)));
      return table.append(line("overall", all)).toString();
    }

    private static String line(String name, Count count) {
      return line(
          name,
          Integer.toString(count.right),
          Integer.toString(count.wrong),
          Integer.toString(count.missed),
          "%.3f".formatted(count.precision()),
          "%.3f".formatted(count.recall()),
          "%.3f".formatted(count.f2()));
    }

    private static String line(String... cells) {
      return "%-16s %7s %7s %7s %10s %8s %7s%n".formatted((Object[]) cells);
    }
  }

  @Test
  void findsWhatIsLabelledInTextsItWasNotMadeWith() {
    Table table = new Table(new PersonalDataSamples(11).draw(PersonalDataSamples.HELD_OUT, 6000));
    System.out.println("Held-out templates:\n" + table);
    assertTrue(table.all.f2() >= 0.94, table.toString());
    assertTrue(table.all.precision() >= 0.98, table.toString());
    table.kinds.forEach(
        (kind, count) -> {
          double floor = kind == PersonalData.NAME ? 0.83 : 0.97;
          assertTrue(count.right > 100 && count.f2() >= floor, kind + "\n" + table);
        });
  }

  @Test
  void noNameOfTheLabelledTextsIsKnownToTheRules() {
    List<String> known = new ArrayList<>(ResourceWords.of("given-names.txt"));
    known.addAll(ResourceWords.of("surnames.txt"));
    List<String> used = new ArrayList<>(PersonalDataSamples.GIVEN);
    used.addAll(PersonalDataSamples.FAMILY);
    used.removeIf(name -> !known.contains(name.toLowerCase(Locale.ROOT)));
    assertEquals(List.of(), used);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a@",
        "a.",
        "@a.a",
        "1 ",
        "1-",
        "503 ",
        "4111 1111 ",
        "1.",
        ":",
        "a:1",
        "A ",
        "Aa ",
        "my name is ",
        "Mr. Van ",
        "de la ",
        "plate A1 ",
        "license ",
        "12 Oak ",
        "12 A A A St ",
        "x at y dot ",
        "account 12 ",
        "DE44 5001 ",
        "(((",
        "é́",
        "\uD83D\uDE00",
        "\uD800",
        "- A",
        "123-45-",
        "+1 (",
        "P.O. "
      })
  void takesTimeInProportionToTheLength(String piece) {
    String text = piece.repeat(1_000_000 / piece.length());
    assertTimeout(Duration.ofSeconds(60), () -> FINDER.find(text));
  }

  @Test
  void aCellOfTenMegabytesIsSearchedWhole() {
    StringBuilder cell = new StringBuilder();
    List<PersonalDataSamples.Sample> samples =
        new PersonalDataSamples(3).draw(PersonalDataSamples.DEVELOPMENT, 1000);
    for (int i = 0; cell.length() < 10_000_000; i++) {
      cell.append(samples.get(i % samples.size()).text()).append(".\n");
    }
    cell.append("write to jo.lund@fjord.example.org");
    List<Candidate> found = FINDER.find(cell.toString());
    Candidate last = found.get(found.size() - 1);
    assertEquals("jo.lund@fjord.example.org", cell.substring(last.start(), last.end()));
    assertTrue(found.size() > 100_000, "found only " + found.size());
  }
}
