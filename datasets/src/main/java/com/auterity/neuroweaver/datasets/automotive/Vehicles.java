package com.auterity.neuroweaver.datasets.automotive;

import java.util.List;
import java.util.random.RandomGenerator;

/** Vehicles of a dealership's customers; model lines of the two splits are disjoint. */
final class Vehicles {
  /** A model line: its maker, name and the VIN's maker and model characters. */
  record Line(String make, String model, String wmi, String descriptor) {}

  /** One vehicle. */
  record Vehicle(Line line, Vin vin, int modelYear, int odometer) {}

  private static final List<Line> TRAIN =
      List.of(
          new Line("Honda", "Civic", "2HG", "FC2F"),
          new Line("Honda", "CR-V", "5J6", "RW2H"),
          new Line("Toyota", "Camry", "4T1", "B11H"),
          new Line("Toyota", "Corolla", "JTD", "EPRA"),
          new Line("Ford", "F-150", "1FT", "EW1E"),
          new Line("Ford", "Explorer", "1FM", "SK8D"),
          new Line("Chevrolet", "Malibu", "1G1", "ZD5S"),
          new Line("Chevrolet", "Silverado", "1GC", "UYDE"),
          new Line("Jeep", "Wrangler", "1C4", "HJXD"),
          new Line("Nissan", "Altima", "1N4", "BL4B"),
          new Line("Hyundai", "Elantra", "5NP", "D84L"),
          new Line("Kia", "Sorento", "KND", "RG4L"),
          new Line("Subaru", "Outback", "4S4", "BTAF"),
          new Line("Mazda", "CX-5", "JM3", "KFBC"),
          new Line("Volkswagen", "Jetta", "3VW", "C57B"),
          new Line("BMW", "X3", "5UX", "TY5C"));
  private static final List<Line> HELDOUT =
      List.of(
          new Line("Honda", "Accord", "1HG", "CV1F"),
          new Line("Toyota", "RAV4", "2T3", "W1RF"),
          new Line("Ford", "Escape", "1FM", "CU9G"),
          new Line("Chevrolet", "Equinox", "1GN", "AXKE"),
          new Line("Nissan", "Rogue", "5N1", "AT2M"),
          new Line("Hyundai", "Tucson", "KM8", "J3CA"),
          new Line("Kia", "Optima", "KNA", "GT4L"),
          new Line("Subaru", "Legacy", "4S3", "BWAC"));
  private static final String PLANTS = "ABCDEFGHJKLMNPRSTUVWXYZ";

  private Vehicles() {}

  static List<Line> lines(Split split) {
    return split == Split.TRAIN ? TRAIN : HELDOUT;
  }

  /** A vehicle of model year 2010 to 2025 whose VIN is right in every respect. */
  static Vehicle draw(Split split, RandomGenerator random) {
    List<Line> lines = lines(split);
    Line line = lines.get(random.nextInt(lines.size()));
    int year = 2010 + random.nextInt(16);
    Vin vin = vin(line, year, random);
    int odometer = (2026 - year) * (7_000 + random.nextInt(8_000)) + random.nextInt(3_000);
    return new Vehicle(line, vin, year, odometer);
  }

  /** A VIN of this line and model year that is right in every respect. */
  static Vin vin(Line line, int year, RandomGenerator random) {
    // The seventh character is a letter: model years from 2010 on.
    String descriptor =
        line.descriptor().substring(0, 3)
            + PLANTS.charAt(random.nextInt(PLANTS.length()))
            + line.descriptor().charAt(3);
    String serial = String.format("%06d", 100_000 + random.nextInt(900_000));
    return Vin.withCheckDigit(
        line.wmi()
            + descriptor
            + '0'
            + Vin.yearCode(year)
            + PLANTS.charAt(random.nextInt(PLANTS.length()))
            + serial);
  }
}
