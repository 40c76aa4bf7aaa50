package com.auterity.neuroweaver.datasets.schema;

/** What a column means to a dealership; checked by validation and refinement. */
public enum SemanticType {
  NONE,
  VIN,
  PHONE,
  EMAIL,
  MONEY,
  ODOMETER,
  DTC,
  OP_CODE,
  DATE,
  FREE_TEXT,
  JSON
}
