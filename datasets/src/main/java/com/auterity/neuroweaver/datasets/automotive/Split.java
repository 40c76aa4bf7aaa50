package com.auterity.neuroweaver.datasets.automotive;

/** Which half of the generated data: templates and vehicles of the two never overlap. */
public enum Split {
  TRAIN,
  HELDOUT
}
