package com.auterity.neuroweaver.jobs.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training without enough memory fails its job, says what takes less, and nothing else breaks. */
class OutOfMemoryTest {
  @TempDir Path folder;

  private static NeuroWeaverException advised(
      WeightFormat format, boolean checkpointing, Throwable error) {
    return assertThrows(
        NeuroWeaverException.class,
        () ->
            OutOfMemory.advised(
                "n1",
                format,
                checkpointing,
                () -> {
                  if (error instanceof Error e) {
                    throw e;
                  }
                  throw (Exception) error;
                }));
  }

  @Test
  void theErrorBecomesAdviceAndIsNoCause() {
    OutOfMemoryError error = new OutOfMemoryError("Cannot allocate new BytePointer(9)");
    for (Throwable thrown :
        List.of(
            error,
            new IllegalStateException("a piece of a kernel failed", error),
            new NeuroWeaverException(
                ErrorKind.OUT_OF_MEMORY, "Cannot allocate new BytePointer(9)"))) {
      NeuroWeaverException e = advised(WeightFormat.FULL, false, thrown);
      assertEquals(ErrorKind.OUT_OF_MEMORY, e.kind());
      assertFalse(e.kind().retryable());
      assertNull(e.getCause());
      assertEquals(
          "training ran out of memory on node n1: lower micro_batch_size or sequence_len, or set"
              + " gradient_checkpointing: true, or set adapter: qlora, or give the node more memory"
              + " (Cannot allocate new BytePointer(9))",
          e.getMessage());
    }
  }

  @Test
  void whatIsInUseIsNotAdvised() {
    OutOfMemoryError error = new OutOfMemoryError("Java heap space");
    String message = advised(WeightFormat.NF4, true, error).getMessage();
    assertTrue(message.contains("micro_batch_size"), message);
    assertFalse(message.contains("qlora") || message.contains("checkpointing"), message);
    message = advised(WeightFormat.INT8, true, error).getMessage();
    assertTrue(message.contains("load_in_4bit instead of load_in_8bit"), message);
  }

  @Test
  void otherWorkNamesItsOwnWays() {
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                OutOfMemory.advised(
                    "n2",
                    "scoring",
                    List.of("read less", "take a smaller model"),
                    () -> {
                      throw new OutOfMemoryError("Java heap space");
                    }));
    assertEquals(
        "scoring ran out of memory on node n2: read less, or take a smaller model, or give the node"
            + " more memory (Java heap space)",
        e.getMessage());
    assertNull(e.getCause());
  }

  @Test
  void anotherFailureStaysWhatItIs() {
    IllegalStateException other = new IllegalStateException("no");
    assertSame(
        other,
        assertThrows(
            IllegalStateException.class,
            () ->
                OutOfMemory.advised(
                    "n1",
                    WeightFormat.FULL,
                    false,
                    () -> {
                      throw other;
                    })));
  }

  @Test
  void aJobWhoseTensorsDoNotFitFailsWithAdvice() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-modules=jdk.incubator.vector");
    command.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
    command.add("-Xmx256m");
    command.add("-Dorg.bytedeco.javacpp.maxbytes=200k");
    command.add("-Dorg.bytedeco.javacpp.maxretries=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Starved.class.getName());
    command.add(folder.toString());
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(240, TimeUnit.SECONDS);
    process.destroyForcibly();
    String printed = Files.readString(output, StandardCharsets.UTF_8);
    assertTrue(ended, printed);
    assertTrue(printed.contains("OUT_OF_MEMORY training ran out of memory on node n1: "), printed);
    assertTrue(printed.contains("gradient_checkpointing: true"), printed);
    assertTrue(printed.contains("BytePointer"), printed);
    assertTrue(printed.contains("no cause"), printed);
  }

  /** A training in a process that may have next to no native memory. */
  static final class Starved {
    private Starved() {}

    public static void main(String[] args) throws Exception {
      Path folder = Path.of(args[0]);
      MemoryChunkStore chunks = new MemoryChunkStore();
      MemoryDatasetCatalog datasets = new MemoryDatasetCatalog(2);
      MemoryBlobStore blobs = new MemoryBlobStore(folder.resolve("blobs"));
      TinyDataset.load(
          datasets,
          chunks,
          "words",
          List.of("the brake squeals when the car stops", "the oil light stays on all day"),
          question -> question.substring(4, 9).repeat(12));
      ObjectNode json = new ObjectMapper().createObjectNode();
      json.put("base_model", TinyModelFolder.write(folder.resolve("model"), 5).toString());
      json.put("dataset", "words").put("prompt_column", "question").put("answer_column", "answer");
      json.put("sequence_len", 128).put("num_epochs", 1);
      TrainHandler handler =
          new TrainHandler(
              datasets,
              new TrainLedger(
                  new MemoryRecordTable<>(TrainLedger.MICRO_BATCHES),
                  new MemoryRecordTable<>(TrainLedger.STEPS)));
      try (VirtualGrid grid = new VirtualGrid(1, 1, datasets, chunks, blobs)) {
        handler.run(new VirtualJob("job_1", json, datasets, chunks, blobs).run(grid));
        System.out.println("trained");
      } catch (NeuroWeaverException e) {
        System.out.println(e.kind() + " " + e.getMessage());
        System.out.println(e.getCause() == null ? "no cause" : "cause " + e.getCause());
      }
    }
  }
}
