package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Rejected rows as JSON Lines: {@code file} (where there are several), {@code line}, {@code
 * reason}, {@code message} and {@code row}, which holds what was read: cells, columns or text.
 * Beyond some megabytes they wait in a temporary file.
 */
final class RejectedText {
  private static final int IN_MEMORY = 4 << 20;

  private final ByteArrayOutputStream memory = new ByteArrayOutputStream(0);
  private FileChannel spilled;

  void add(RejectedRows.Rejection rejection, Object row) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    if (rejection.file() != null) {
      line.put("file", rejection.file());
    }
    line.put("line", rejection.line());
    line.put("reason", rejection.reason());
    line.put("message", rejection.message());
    line.set("row", JsonText.node(row));
    memory.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
    if (memory.size() > IN_MEMORY) {
      spill();
    }
  }

  /** Writes all and forgets it. */
  void moveTo(OutputStream out) throws IOException {
    if (spilled != null) {
      spilled.position(0);
      try (InputStream in = Channels.newInputStream(spilled)) {
        in.transferTo(out);
      }
      spilled = null;
    }
    memory.writeTo(out);
    memory.reset();
  }

  private void spill() {
    try {
      if (spilled == null) {
        Path file = Files.createTempFile("rejected", ".jsonl");
        spilled =
            FileChannel.open(
                file,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      }
      memory.writeTo(Channels.newOutputStream(spilled));
      memory.reset();
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "rejected rows cannot be kept in a temporary file: " + e.getMessage(),
          Map.of(),
          e);
    }
  }
}
