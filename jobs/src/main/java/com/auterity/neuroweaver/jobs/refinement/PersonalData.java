package com.auterity.neuroweaver.jobs.refinement;

/** Kinds of personal data that are found in text. */
enum PersonalData {
  EMAIL,
  CARD,
  SSN,
  PHONE,
  NAME,
  ADDRESS
}
