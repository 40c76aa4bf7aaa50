package com.auterity.neuroweaver.jobs.refinement.personal;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The sums that tell numbers of payment cards and bank accounts from other digits. */
public final class Checksums {
  /** Length of an IBAN by country (SWIFT IBAN registry). */
  private static final Map<String, Integer> IBAN_LENGTHS = new TreeMap<>();

  static {
    String registry =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28"
            + " EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23"
            + " IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27"
            + " MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27"
            + " ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";
    for (String entry : registry.split(" ")) {
      IBAN_LENGTHS.put(entry.substring(0, 2), Integer.valueOf(entry.substring(2)));
    }
  }

  private Checksums() {}

  /** ISO/IEC 7812-1, annex B. */
  public static boolean luhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      if (i % 2 == 1) {
        digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      }
      sum += digit;
    }
    return sum % 10 == 0;
  }

  /** Prefix and length are those of a card brand (ISO/IEC 7812 issuer ranges). */
  static boolean cardBrand(String digits) {
    int n = digits.length();
    int two = Integer.parseInt(digits.substring(0, 2));
    int three = Integer.parseInt(digits.substring(0, 3));
    int four = Integer.parseInt(digits.substring(0, 4));
    return (digits.charAt(0) == '4' && (n == 13 || n == 16 || n == 19))
        || (n == 16 && ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)))
        || (n == 15 && (two == 34 || two == 37))
        || ((n == 16 || n == 19) && (four == 6011 || two == 65 || (three >= 644 && three <= 649)))
        || (n == 14 && ((three >= 300 && three <= 305) || two == 36 || two == 38))
        || (n >= 16 && four >= 3528 && four <= 3589)
        || (n >= 16 && two == 62);
  }

  /** Characters of an IBAN of this country, or 0 when none has IBANs there. */
  public static int ibanLength(String country) {
    return IBAN_LENGTHS.getOrDefault(country.toUpperCase(Locale.ROOT), 0);
  }

  /**
   * ISO 13616: the rest of division by 97 is 1.
   *
   * @param iban capitals and digits without blanks
   */
  public static boolean iban(String iban) {
    int rest = 0;
    for (int i = 0; i < iban.length(); i++) {
      int value = Character.digit(iban.charAt((i + 4) % iban.length()), 36);
      if (value < 0) {
        return false;
      }
      rest = (value < 10 ? rest * 10 + value : rest * 100 + value) % 97;
    }
    return rest == 1;
  }

  /** A routing number of the American Bankers Association: nine digits, weights 3, 7, 1. */
  public static boolean routing(String digits) {
    int first = Integer.parseInt(digits.substring(0, 2));
    boolean issued =
        first <= 12 || (first >= 21 && first <= 32) || (first >= 61 && first <= 72) || first == 80;
    int sum = 0;
    for (int i = 0; i < 9; i++) {
      sum += (digits.charAt(i) - '0') * new int[] {3, 7, 1}[i % 3];
    }
    return issued && sum % 10 == 0 && sum > 0;
  }
}
