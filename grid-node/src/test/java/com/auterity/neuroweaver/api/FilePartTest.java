package com.auterity.neuroweaver.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FilePartTest {
  private static final String TYPE = "multipart/form-data; boundary=\"x-1\"";
  private static final String HEAD =
      "--x-1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"ö.csv\"\r\n"
          + "Content-Type: text/csv\r\n\r\n";

  private static byte[] body(byte[] file, String tail) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(HEAD.getBytes(StandardCharsets.UTF_8));
    body.write(file);
    body.write(tail.getBytes(StandardCharsets.UTF_8));
    return body.toByteArray();
  }

  /** Gives a few bytes at a time, as a network does. */
  private static InputStream slowly(byte[] bytes, Random random) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] into, int offset, int length) {
        return super.read(into, offset, Math.min(length, 1 + random.nextInt(9000)));
      }
    };
  }

  @Test
  void theFileIsWhatStandsBetweenTheBoundaries() throws IOException {
    Random random = new Random(4);
    for (int round = 0; round < 50; round++) {
      byte[] file = new byte[random.nextInt(200_000)];
      random.nextBytes(file);
      // What almost is a boundary is of the file.
      byte[] almost = "\r\n--x-\r\n\r\n--x".getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 20 && file.length > 100; i++) {
        System.arraycopy(
            almost, 0, file, random.nextInt(file.length - almost.length), almost.length);
      }
      FilePart part = FilePart.of(TYPE, slowly(body(file, "\r\n--x-1--\r\n"), random));
      assertEquals("ö.csv", part.name());
      assertArrayEquals(file, part.content().readAllBytes());
    }
  }

  @Test
  void aBodyThatEndsEarlyIsNoWholeFile() throws IOException {
    for (String tail : new String[] {"", "\r\n--x-", "\r\n--x-1"}) {
      FilePart part = FilePart.of(TYPE, new ByteArrayInputStream(body(new byte[5], tail)));
      assertThrows(EOFException.class, () -> part.content().readAllBytes());
    }
  }

  @Test
  void whatIsNoOneFileIsRefused() throws IOException {
    FilePart two =
        FilePart.of(
            TYPE,
            new ByteArrayInputStream(
                body(new byte[5], "\r\n--x-1\r\nContent-Disposition: form-data; name=\"a\"\r\n")));
    assertTrue(
        assertThrows(NeuroWeaverException.class, () -> two.content().readAllBytes())
            .getMessage()
            .contains("one file at a time"));
    byte[] field =
        "--x-1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1"
            .getBytes(StandardCharsets.UTF_8);
    assertTrue(
        assertThrows(
                NeuroWeaverException.class,
                () -> FilePart.of(TYPE, new ByteArrayInputStream(field)))
            .getMessage()
            .contains("parameters stand in the query"));
    assertThrows(
        NeuroWeaverException.class,
        () -> FilePart.of("multipart/form-data", new ByteArrayInputStream(field)));
  }
}
