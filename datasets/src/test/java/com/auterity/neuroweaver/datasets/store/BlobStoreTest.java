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

  @Test
  void aBlobWrittenPieceByPieceIsThereOnceItIsFinished() throws IOException {
    MemoryBlobStore blobs = new MemoryBlobStore(folder);
    byte[] bytes = new byte[200_000];
    new java.util.Random(1).nextBytes(bytes);
    try (BlobOutput out = blobs.write("upload_1", 200_000)) {
      out.write(bytes, 0, 70_000);
      out.write(bytes, 70_000, 130_000);
      assertFalse(blobs.contains("upload_1"));
      assertEquals(new BlobOutput.Written(Sha256.hex(bytes), 200_000), out.finish());
    }
    assertArrayEquals(bytes, Files.readAllBytes(blobs.materialize("upload_1")));
    blobs.remove("upload_1");
    assertFalse(Files.exists(folder.resolve("upload_1")));
  }

  @Test
  void aBlobThatIsTooLongOrBreaksOffLeavesNothing() throws IOException {
    MemoryBlobStore blobs = new MemoryBlobStore(folder);
    try (BlobOutput out = blobs.write("upload_1", 9)) {
      NeuroWeaverException refused =
          assertThrows(NeuroWeaverException.class, () -> out.write(BYTES, 0, 10));
      assertEquals(ErrorKind.TOO_LARGE, refused.kind());
    }
    assertFalse(blobs.contains("upload_1"));
    assertThrows(IllegalArgumentException.class, () -> blobs.write(Sha256.hex(BYTES), 9));
    assertThrows(IllegalArgumentException.class, () -> blobs.write("../x", 9));
  }
}
