package com.auterity.neuroweaver.jobs.refinement.personal;

import java.util.Locale;

/** Kinds of personal data that are found in text. */
public enum PersonalData {
  EMAIL,
  CARD,
  SSN,
  PHONE,
  NAME,
  ADDRESS,
  /** IBAN, US routing number, account number. */
  BANK_ACCOUNT,
  IP,
  DRIVER_LICENSE,
  LICENSE_PLATE,
  /** Only when asked for: it names a vehicle, and a dealership's rows are about vehicles. */
  VIN;

  /** As recipes and results write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
