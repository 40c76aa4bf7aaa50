package com.auterity.neuroweaver.jobs.model;

/** The types of GGUF metadata values; a value's number in a file is its ordinal. */
enum GgufValue {
  U8(1),
  I8(1),
  U16(2),
  I16(2),
  U32(4),
  I32(4),
  F32(4),
  BOOL(1),
  STRING(8),
  ARRAY(12),
  U64(8),
  I64(8),
  F64(8);

  private final int leastBytes;

  GgufValue(int leastBytes) {
    this.leastBytes = leastBytes;
  }

  int id() {
    return ordinal();
  }

  /** The fewest bytes a value takes: what bounds a count before it is believed. */
  int leastBytes() {
    return leastBytes;
  }
}
