package com.auterity.neuroweaver.datasets.automotive;

import java.util.List;
import java.util.random.RandomGenerator;

/** First names of invented people. */
final class People {
  private static final List<String> FIRST =
      List.of(
          "Maria", "James", "Linda", "Robert", "Aisha", "Carlos", "Emily", "Kevin", "Nadia",
          "Olivia", "Mateo", "Sofia", "Ethan", "Lucas", "Priya", "Omar", "Ingrid", "Chloe", "Ivan",
          "Kwame", "Leila", "Walter", "Doris", "Yuki", "Wei", "Hugo", "Megan", "Tyler");

  private People() {}

  static String first(RandomGenerator random) {
    return FIRST.get(random.nextInt(FIRST.size()));
  }

  /** Another name than this one. */
  static String other(String than, RandomGenerator random) {
    String name;
    do {
      name = first(random);
    } while (name.equals(than));
    return name;
  }
}
