package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a route sees of a request besides its body. */
final class Call {
  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_LIMIT = 1000;

  private final Context context;

  Call(Context context) {
    this.context = context;
  }

  /** Whose data this is about: there is one tenant until there are identities. */
  String tenant() {
    return "default";
  }

  String path(String name) {
    return context.pathParam(name);
  }

  /** The query parameter, or null. */
  String query(String name) {
    List<String> values = context.queryParams(name);
    if (values.size() > 1) {
      throw invalid(name, "given " + values.size() + " times", "one value");
    }
    return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
  }

  int limit() {
    return (int) number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
  }

  long offset() {
    return number("offset", 0, 0, Long.MAX_VALUE);
  }

  long number(String name, long otherwise, long least, long most) {
    String text = query(name);
    if (text == null) {
      return otherwise;
    }
    long value;
    try {
      value = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw invalid(name, "'" + text + "'", "a whole number");
    }
    if (value < least || value > most) {
      throw invalid(
          name, text, most == Long.MAX_VALUE ? "at least " + least : least + " to " + most);
    }
    return value;
  }

  <E extends Enum<E>> E choice(String name, Class<E> type) {
    String text = query(name);
    if (text == null) {
      return null;
    }
    try {
      return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw invalid(name, "'" + text + "'", "one of " + Arrays.toString(type.getEnumConstants()));
    }
  }

  /** The request header {@code Idempotency-Key}, or null. */
  String idempotencyKey() {
    String key = context.header("Idempotency-Key");
    if (key != null && (key.isBlank() || key.length() > 200)) {
      throw invalid("Idempotency-Key", key.length() + " characters", "1 to 200 characters");
    }
    return key;
  }

  /** The body as it comes; for routes that take no record. */
  InputStream body() throws IOException {
    return context.req().getInputStream();
  }

  String contentType() {
    return context.contentType();
  }

  /** What the request says of the length of its body; -1 when it does not. */
  long contentLength() {
    return context.req().getContentLengthLong();
  }

  /** Whether the client sends its body only when it is told to go on. */
  boolean awaitsContinue() {
    return context.header("Expect") != null;
  }

  /** True or false, or null when left out. */
  Boolean bool(String name) {
    String text = query(name);
    if (text == null) {
      return null;
    }
    if (!text.equals("true") && !text.equals("false")) {
      throw invalid(name, "'" + text + "'", "true or false");
    }
    return Boolean.valueOf(text);
  }

  private static NeuroWeaverException invalid(String name, String found, String expected) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        name + ": found " + found + ", expected " + expected,
        Map.of("field", name, "found", found, "expected", expected));
  }
}
