package com.auterity.neuroweaver.datasets.automotive;

import java.util.Locale;

/** Money and miles as people write them, and what loans cost. */
final class Amounts {
  private Amounts() {}

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String dollars(long dollars) {
    return String.format(Locale.ROOT, "$%,d", dollars);
  }

  static String cents(long cents) {
    return String.format(Locale.ROOT, "$%,d.%02d", cents / 100, cents % 100);
  }

  /** The level payment in cents of a loan of whole dollars. */
  static long monthlyCents(long financed, double percentAPR, int months) {
    double rate = percentAPR / 1_200;
    double payment =
        rate == 0
            ? (double) financed / months
            : financed * rate / (1 - Math.pow(1 + rate, -months));
    return Math.round(payment * 100);
  }
}
