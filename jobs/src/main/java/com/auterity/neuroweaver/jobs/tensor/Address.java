package com.auterity.neuroweaver.jobs.tensor;

import org.bytedeco.javacpp.Pointer;

/** A pointer that is moved from place to place; it owns nothing. */
final class Address extends Pointer {
  Address() {
    super((Pointer) null);
  }

  Address at(long place) {
    this.address = place;
    return this;
  }
}
