package com.auterity.neuroweaver.datasets.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {
  private static final byte[] BYTES = "an adapter".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  @Test
  void aBlobIsItsHash() {
    MemoryBlobStore blobs = new MemoryBlobStore(folder);
    String sha256 = blobs.put(BYTES);
    assertEquals(sha256, blobs.put(BYTES.clone()));
    assertTrue(Sha256.isHex(sha256));
    assertArrayEquals(BYTES, blobs.get(sha256));
    blobs.remove(sha256);
    assertFalse(blobs.contains(sha256));
    assertEquals(
        ErrorKind.NOT_FOUND,
        assertThrows(NeuroWeaverException.class, () -> blobs.get(sha256)).kind());
  }

  @Test
  void itIsMaterializedOnceAsAReadOnlyFile() throws IOException {
    MemoryBlobStore blobs = new MemoryBlobStore(folder);
    String sha256 = blobs.put(BYTES);
    Path file = blobs.materialize(sha256);
    assertArrayEquals(BYTES, Files.readAllBytes(file));
    Object key = Files.readAttributes(file, "unix:ino").get("ino");
    assertEquals(file, blobs.materialize(sha256));
    assertEquals(key, Files.readAttributes(file, "unix:ino").get("ino"));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void aFileThatWasDamagedBetweenRunsIsWrittenAnew() throws IOException {
    String sha256 = Sha256.hex(BYTES);
    Files.writeString(folder.resolve(sha256), "an adaptEr");
    MemoryBlobStore blobs = new MemoryBlobStore(folder);
    blobs.put(BYTES);
    assertArrayEquals(BYTES, Files.readAllBytes(blobs.materialize(sha256)));
  }
}
