package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * The one way our records cross between JVMs and into caches: a version byte, then CBOR (RFC 8949).
 * Fields unknown to the reader are an error, because nodes of another build are refused at join.
 */
public final class RecordCodec {
  private static final byte VERSION = 1;
  private static final ObjectMapper MAPPER =
      CBORMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  private RecordCodec() {}

  public static byte[] encode(Record record) {
    try (ByteArrayBuilder out = new ByteArrayBuilder()) {
      out.append(VERSION);
      MAPPER.writeValue((OutputStream) out, record);
      return out.toByteArray();
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot encode " + record.getClass().getName(), e);
    }
  }

  public static <T extends Record> T decode(byte[] bytes, Class<T> type) {
    if (bytes.length == 0 || bytes[0] != VERSION) {
      throw new NeuroWeaverException(
          ErrorKind.CORRUPT,
          "cannot decode "
              + type.getName()
              + ": expected codec version "
              + VERSION
              + ", found "
              + (bytes.length == 0 ? "no bytes" : Arrays.toString(Arrays.copyOf(bytes, 1))));
    }
    try {
      return MAPPER.readValue(bytes, 1, bytes.length - 1, type);
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.CORRUPT,
          "cannot decode " + type.getName() + ": " + e.getMessage(),
          java.util.Map.of(),
          e);
    }
  }
}
