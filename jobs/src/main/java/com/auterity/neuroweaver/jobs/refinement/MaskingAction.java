package com.auterity.neuroweaver.jobs.refinement;

/** What is done with a piece of personal data. */
enum MaskingAction {
  /** By its kind: {@code [phone]}. */
  REPLACE,
  /** By stars, the last letters and digits kept. */
  MASK,
  /** By its kind and a keyed hash: {@code [phone:6b1f...]}, the same for the same value. */
  HASH,
  /** By an invented value of the same form, the same for the same value. */
  SURROGATE,
  /** The row is rejected. */
  DROP
}
