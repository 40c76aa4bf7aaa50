package com.auterity.neuroweaver.jobs.model;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.IsIterableExpTest;

/** The test {@code is iterable} as in Python, where a string is a sequence of characters. */
final class TextIsIterable extends IsIterableExpTest {
  @Override
  public boolean evaluate(Object value, JinjavaInterpreter interpreter, Object... args) {
    return value instanceof CharSequence || super.evaluate(value, interpreter, args);
  }
}
