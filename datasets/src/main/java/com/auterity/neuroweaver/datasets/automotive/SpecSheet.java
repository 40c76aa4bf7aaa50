package com.auterity.neuroweaver.datasets.automotive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * What a specification says of a model year, trim and drivetrain of a model line. All datasets of
 * the kit take their facts from here, so that they agree. The numbers are invented.
 */
record SpecSheet(
    Vehicles.Line line,
    int modelYear,
    String trim,
    String body,
    int seats,
    double liters,
    int cylinders,
    int horsepower,
    int torquePoundFeet,
    String transmission,
    String drivetrain,
    int cityMpg,
    int highwayMpg,
    double tankGallons,
    int curbPounds,
    int towingPounds,
    double wheelbaseInches,
    double lengthInches,
    double oilQuarts,
    String oilGrade,
    String tireSize,
    int lugPoundFeet,
    int msrp) {
  static final int FIRST_YEAR = 2010;
  static final int LAST_YEAR = 2025;
  private static final int YEARS_OF_GENERATION = 5;

  private record Trim(String name, String tire) {}

  /** A line of {@code model-lines.txt}. */
  private record Facts(Vehicles.Line line, String[] cells, List<String> drives, List<Trim> trims) {
    static Facts of(String text) {
      String[] cells = Arrays.stream(text.split("\\|")).map(String::strip).toArray(String[]::new);
      if (cells.length != 22) {
        throw new IllegalStateException("a model line has 22 cells, found: " + text);
      }
      Vehicles.Line line =
          Stream.of(Split.values())
              .flatMap(split -> Vehicles.lines(split).stream())
              .filter(each -> each.make().equals(cells[0]) && each.model().equals(cells[1]))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("no such model line: " + text));
      List<Trim> trims = new ArrayList<>();
      for (String trim : cells[21].split(";")) {
        int space = trim.strip().lastIndexOf(' ');
        trims.add(new Trim(trim.strip().substring(0, space), trim.strip().substring(space + 1)));
      }
      return new Facts(line, cells, List.of(cells[9].split("/")), trims);
    }

    int whole(int cell) {
      return Integer.parseInt(cells[cell]);
    }

    double number(int cell) {
      return Double.parseDouble(cells[cell]);
    }
  }

  private static final List<Facts> FACTS =
      TextResource.content("model-lines.txt").stream().map(Facts::of).toList();

  /** How many model lines there are. */
  static int lines() {
    return FACTS.size();
  }

  static SpecSheet draw(RandomGenerator random) {
    return draw(FIRST_YEAR, LAST_YEAR, random);
  }

  static SpecSheet draw(int firstYear, int lastYear, RandomGenerator random) {
    Facts facts = FACTS.get(random.nextInt(FACTS.size()));
    return of(
        facts,
        firstYear + random.nextInt(lastYear - firstYear + 1),
        random.nextInt(facts.trims().size()),
        random.nextInt(facts.drives().size()));
  }

  /** Older generations are a little weaker, thirstier, lighter and cheaper. */
  private static SpecSheet of(Facts facts, int year, int trim, int drive) {
    int older = (LAST_YEAR - year) / YEARS_OF_GENERATION;
    boolean second = drive > 0;
    String[] cells = facts.cells();
    double price = facts.whole(20) * (1 + 0.13 * trim) * (1 - 0.019 * (LAST_YEAR - year));
    return new SpecSheet(
        facts.line(),
        year,
        facts.trims().get(trim).name(),
        cells[2],
        facts.whole(3),
        facts.number(4),
        facts.whole(5),
        (int) Math.round(facts.whole(6) * (1 - 0.05 * older)),
        (int) Math.round(facts.whole(7) * (1 - 0.04 * older)),
        cells[8],
        facts.drives().get(drive),
        facts.whole(10) - older - (second ? 1 : 0),
        facts.whole(11) - older - (second ? 2 : 0),
        facts.number(12),
        facts.whole(13) - 40 * older + (second ? 150 : 0) + 60 * trim,
        facts.whole(14),
        facts.number(15),
        facts.number(16),
        facts.number(17),
        cells[18],
        facts.trims().get(trim).tire(),
        facts.whole(19),
        (int) Math.round((price + (second ? 1_800 : 0)) / 50) * 50);
  }

  String make() {
    return line.make();
  }

  String model() {
    return line.model();
  }

  String engine() {
    return "%.1f L %s".formatted(liters, cylinders > 4 ? "V" + cylinders : cylinders + "-cylinder");
  }

  /** Harmonic mean of 55% city and 45% highway, as fuel economy labels have it. */
  int combinedMpg() {
    return (int) Math.round(1 / (0.55 / cityMpg + 0.45 / highwayMpg));
  }

  int rangeMiles() {
    return (int) Math.round(tankGallons * combinedMpg());
  }

  long lugNewtonMetres() {
    return Math.round(lugPoundFeet * 1.35582);
  }

  /** What a dealer asks for it after some years and miles; a used one is never above new. */
  int usedPrice(int miles) {
    double age = Math.max(0, LAST_YEAR + 1 - modelYear);
    double left = Math.pow(0.87, age) * Math.pow(0.96, Math.max(0, miles / 12_000.0 - age));
    return (int) Math.max(1_500, Math.round(msrp * Math.min(0.93, left) / 50) * 50);
  }

  /** Miles of a vehicle of this year that is driven as people do. */
  int miles(RandomGenerator random) {
    return (LAST_YEAR + 1 - modelYear) * (7_000 + random.nextInt(8_000)) + random.nextInt(3_000);
  }
}
