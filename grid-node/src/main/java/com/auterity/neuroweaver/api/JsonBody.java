package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads a request's body as a record: what does not fit is refused, naming the field. */
final class JsonBody {
  private final JsonMapper mapper;
  private final int maxBytes;

  JsonBody(JsonMapper strictMapper, int maxBytes) {
    this.mapper = strictMapper;
    this.maxBytes = maxBytes;
  }

  /** TOO_LARGE when the body is longer than allowed, INVALID_INPUT when it is not a {@code T}. */
  <T> T read(InputStream in, Class<T> type) throws IOException {
    byte[] bytes = in.readNBytes(maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw new NeuroWeaverException(
          ErrorKind.TOO_LARGE,
          "the body is longer than the " + maxBytes + " bytes this route takes",
          Map.of("max_bytes", maxBytes));
    }
    if (bytes.length == 0) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "the body is empty: expected a JSON object",
          Map.of("expected", "a JSON object"));
    }
    try {
      T value = mapper.readValue(bytes, type);
      if (value == null) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT, "the body is null: expected a JSON object");
      }
      return value;
    } catch (UnrecognizedPropertyException e) {
      throw unknown(e);
    } catch (MismatchedInputException e) {
      throw mismatched(e);
    } catch (JsonMappingException e) {
      throw refused(e);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "malformed JSON" + where + ": " + firstLine(e.getOriginalMessage()),
          Map.of(),
          e);
    }
  }

  private static NeuroWeaverException unknown(UnrecognizedPropertyException e) {
    String field = path(e);
    Collection<Object> known =
        e.getKnownPropertyIds() == null ? java.util.List.of() : e.getKnownPropertyIds();
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("field", field);
    details.put("known", new TreeSet<>(known.stream().map(String::valueOf).toList()));
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        "unknown field " + field + ": known here are " + details.get("known"),
        details,
        e);
  }

  private static NeuroWeaverException mismatched(MismatchedInputException e) {
    String field = path(e);
    if (field.isEmpty() && String.valueOf(e.getOriginalMessage()).startsWith("Trailing token")) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "malformed JSON: something follows the end of the object",
          Map.of("expected", "one JSON object"),
          e);
    }
    String expected = e.getTargetType() == null ? "another type" : plainName(e.getTargetType());
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("field", field);
    details.put("expected", expected);
    String found = "";
    if (e instanceof InvalidFormatException format && format.getValue() != null) {
      details.put("found", format.getValue());
      found = ", found " + format.getValue();
    }
    JsonLocation at = e.getLocation();
    String line = at == null ? "" : " (line " + at.getLineNr() + ")";
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        "wrong type of "
            + (field.isEmpty() ? "the body" : field)
            + line
            + ": expected "
            + expected
            + found,
        details,
        e);
  }

  /** A record's own constructor refused its values. */
  private static NeuroWeaverException refused(JsonMappingException e) {
    if (e.getCause() instanceof NeuroWeaverException cause) {
      return cause;
    }
    String field = path(e);
    String why = e.getCause() == null ? e.getOriginalMessage() : e.getCause().getMessage();
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        (field.isEmpty() ? "the body" : field) + ": " + firstLine(why),
        Map.of("field", field),
        e);
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            step ->
                step.getFieldName() == null
                    ? "[" + step.getIndex() + "]"
                    : "." + step.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
  }

  private static String plainName(Class<?> type) {
    if (type == String.class) {
      return "a string";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (type == Integer.class || type == int.class || type == Long.class || type == long.class) {
      return "a whole number";
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
      return "a number";
    }
    if (type.isEnum()) {
      return "one of " + Arrays.toString(type.getEnumConstants());
    }
    if (Collection.class.isAssignableFrom(type) || type.isArray()) {
      return "a list";
    }
    return "an object";
  }

  private static String firstLine(String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }
}
