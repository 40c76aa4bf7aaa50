package com.auterity.neuroweaver.datasets.automotive;

import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Invented people: names, phones of the 555-01xx range, e-mail, SSN-like and card numbers. */
final class PersonalDetails {
  private static final List<String> FIRST =
      List.of("Maria", "James", "Linda", "Robert", "Aisha", "Carlos", "Emily", "Kevin", "Nadia");
  private static final List<String> LAST =
      List.of("Keller", "Johnson", "Alvarez", "Nguyen", "Okafor", "Brown", "Schmidt", "Rossi");
  private static final List<String> AREA =
      List.of("212", "312", "415", "512", "617", "702", "713", "804", "919");

  private PersonalDetails() {}

  /** The kind of detail (phone, email, ssn, card, name) and the sentence that gives it away. */
  record Detail(String kind, String sentence) {}

  static Detail draw(RandomGenerator random) {
    String first = pick(FIRST, random);
    String last = pick(LAST, random);
    return switch (random.nextInt(5)) {
      case 0 -> new Detail("phone", "call me at " + phone(random));
      case 1 ->
          new Detail(
              "email",
              "my email is "
                  + (first + "." + last).toLowerCase(Locale.ROOT)
                  + random.nextInt(100)
                  + "@example.com");
      case 2 ->
          new Detail(
              "ssn",
              "my social is %03d-%02d-%04d"
                  .formatted(
                      100 + random.nextInt(500), 1 + random.nextInt(99), 1 + random.nextInt(9999)));
      case 3 -> new Detail("card", "put it on my card " + card(random));
      default -> new Detail("name", "my name is " + first + " " + last);
    };
  }

  private static String phone(RandomGenerator random) {
    String area = pick(AREA, random);
    String line = "01%02d".formatted(random.nextInt(100));
    return switch (random.nextInt(4)) {
      case 0 -> "(" + area + ") 555-" + line;
      case 1 -> area + "-555-" + line;
      case 2 -> area + ".555." + line;
      default -> "+1 " + area + " 555 " + line;
    };
  }

  /** Sixteen digits whose last makes the Luhn sum right. */
  private static String card(RandomGenerator random) {
    StringBuilder digits = new StringBuilder("4");
    while (digits.length() < 15) {
      digits.append(random.nextInt(10));
    }
    int sum = 0;
    for (int i = 0; i < 15; i++) {
      int digit = digits.charAt(14 - i) - '0';
      if (i % 2 == 0) {
        digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      }
      sum += digit;
    }
    digits.append((10 - sum % 10) % 10);
    return random.nextBoolean()
        ? digits.toString()
        : digits.toString().replaceAll("(.{4})(?=.)", "$1 ");
  }

  private static String pick(List<String> of, RandomGenerator random) {
    return of.get(random.nextInt(of.size()));
  }
}
