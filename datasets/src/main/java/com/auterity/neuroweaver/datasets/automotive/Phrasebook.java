package com.auterity.neuroweaver.datasets.automotive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The operations of {@code operations.txt} with every way of wording them. */
final class Phrasebook {
  /** One operation, its facts, and its wordings apart by who may use them. */
  static final class Entry {
    final ServiceOperation operation;
    final Map<Character, List<Wording>> wordings = new HashMap<>();
    String finding = "";
    String why = "";
    String test = "";
    String fix = "";
    String component = "";

    Entry(ServiceOperation operation) {
      this.operation = operation;
    }

    /** Full wordings of the trouble: {@code t}, {@code h} or {@code p}. */
    String trouble(char kind, RandomGenerator random) {
      return draw(kind, random);
    }

    /** A short symptom that can be ruled out: {@code n} or {@code m}. */
    String symptom(char kind, RandomGenerator random) {
      return draw(kind, random);
    }

    private String draw(char kind, RandomGenerator random) {
      List<Wording> lines = wordings.get(kind);
      return lines.get(random.nextInt(lines.size())).draw(random);
    }

    List<String> all(char kind) {
      return wordings.get(kind).stream().flatMap(w -> w.all().stream()).toList();
    }
  }

  private static final String RESOURCE = "operations.txt";
  private static final Phrasebook INSTANCE = read();

  private final List<Entry> entries = new ArrayList<>();

  private Phrasebook() {}

  static Phrasebook instance() {
    return INSTANCE;
  }

  List<Entry> entries() {
    return entries;
  }

  Entry draw(RandomGenerator random) {
    return entries.get(random.nextInt(entries.size()));
  }

  /** Another entry, half of the time one of the same system, which is easier to confuse. */
  Entry drawOther(Entry entry, RandomGenerator random) {
    boolean related = random.nextBoolean();
    for (int attempt = 0; attempt < 200; attempt++) {
      Entry other = draw(random);
      if (other != entry
          && (!related || other.operation.system().equals(entry.operation.system()))) {
        return other;
      }
      if (attempt == 100) {
        related = false;
      }
    }
    throw new IllegalStateException("no other operation than " + entry.operation.code());
  }

  private static Phrasebook read() {
    Phrasebook book = new Phrasebook();
    Map<String, List<String>> macros = new HashMap<>();
    Entry entry = null;
    int number = 0;
    for (String line : TextResource.lines(RESOURCE)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int space = line.indexOf(' ');
      String tag = line.substring(0, space);
      String rest = line.substring(space + 1).strip();
      if (tag.equals("macro")) {
        int end = rest.indexOf(' ');
        macros.put(rest.substring(0, end), Wording.parse(rest.substring(end + 1), macros).all());
      } else if (tag.equals("op")) {
        entry = new Entry(operation(rest));
        book.entries.add(entry);
      } else if (entry == null) {
        throw new IllegalStateException(RESOURCE + " line " + number + " stands before any op");
      } else {
        switch (tag) {
          case "name" -> entry.finding = rest;
          case "why" -> entry.why = rest;
          case "test" -> entry.test = rest;
          case "fix" -> entry.fix = rest;
          case "c" -> entry.component = rest;
          case "t", "h", "p", "n", "m" ->
              entry
                  .wordings
                  .computeIfAbsent(tag.charAt(0), k -> new ArrayList<>())
                  .add(Wording.parse(rest, macros));
          default ->
              throw new IllegalStateException(RESOURCE + " line " + number + ": unknown " + tag);
        }
      }
    }
    return book;
  }

  private static ServiceOperation operation(String line) {
    String[] field = line.split("\\|");
    List<String> parts = Arrays.stream(field[3].split(",")).map(String::strip).toList();
    return new ServiceOperation(
        field[0].strip(),
        field[1].strip(),
        Urgency.ofWord(field[2]),
        parts.equals(List.of("none")) ? List.of() : parts,
        Double.parseDouble(field[4].strip()),
        field[5].strip());
  }
}
