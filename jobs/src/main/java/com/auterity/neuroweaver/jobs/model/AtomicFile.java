package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Writes a file so that a reader, or a crash, finds the old or the new content, never half. */
final class AtomicFile {
  private AtomicFile() {}

  /** What puts a file's bytes into a channel. */
  interface Body {
    void writeTo(FileChannel out) throws IOException;
  }

  static void write(Path file, byte[]... parts) {
    write(
        file,
        out -> {
          for (byte[] part : parts) {
            ByteBuffer buffer = ByteBuffer.wrap(part);
            while (buffer.hasRemaining()) {
              out.write(buffer);
            }
          }
        });
  }

  /** As above for what never lies in memory as a whole; what {@code body} throws leaves nothing. */
  static void write(Path file, Body body) {
    Path folder = file.toAbsolutePath().getParent();
    Path partial = folder.resolve("." + file.getFileName() + ".partial");
    try {
      Files.createDirectories(folder);
      try (FileChannel out =
          FileChannel.open(
              partial,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        body.writeTo(out);
        out.force(true);
      }
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (RuntimeException e) {
      discard(partial, e);
      throw e;
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "cannot write %s: %s".formatted(file, e.getMessage()),
          Map.of("file", file.toString()),
          e);
    }
  }

  private static void discard(Path partial, RuntimeException because) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }
}
