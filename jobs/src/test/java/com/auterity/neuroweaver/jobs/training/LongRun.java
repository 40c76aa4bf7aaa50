package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.jobs.model.AdamW;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.LoraGradient;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.ModelLoad;
import com.auterity.neuroweaver.jobs.model.Result;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.NativeMemory;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Many optimizer steps, and the memory of the process along the way. A program beside its test:
 * {@code LongRun BASE FORMAT STEPS SEQUENCE CHECKPOINTING}.
 */
final class LongRun {
  private static final int PAGE = 4096;

  private LongRun() {}

  /**
   * Memory after some steps.
   *
   * @param residentBytes of the process, of /proc/self/statm; 0 where there is none
   * @param heapBytes used after a collection
   */
  record Point(long step, double loss, long nativeBytes, long residentBytes, long heapBytes) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "step %d loss %.4f native %.2f MiB resident %.1f MiB heap %.2f MiB",
          step,
          loss,
          nativeBytes / 1048576.0,
          residentBytes / 1048576.0,
          heapBytes / 1048576.0);
    }
  }

  /** Trains and looks at the memory after every {@code steps / points} steps. */
  static void run(
      ModelFolder folder,
      WeightFormat format,
      boolean checkpointing,
      int sequence,
      int steps,
      int points,
      Consumer<Point> watcher)
      throws IOException {
    TokenizedPartition samples = ServiceRequestSamples.of(folder, 64, sequence);
    try (LlamaModel model = folder.load(Devices.best(), new ModelLoad(format, false))) {
      LoraConfig config = new LoraConfig(8, 16, 0.05, LoraConfig.ALL_MODULES);
      LoraAdapter adapter = LoraAdapter.init(model.config(), config, 1);
      LoraGradient gradients = new LoraGradient(model, checkpointing);
      float[] gradient = new float[adapter.parameters().length];
      AdamW optimizer = new AdamW(gradient.length, 0.9, 0.999, 1e-8, 0);
      double loss = 0;
      for (int step = 1; step <= steps; step++) {
        Result result =
            gradients.compute(
                adapter,
                samples.microBatch(new int[] {step * 5 % samples.samples()}),
                step,
                gradient);
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] /= result.targetTokens();
        }
        optimizer.step(adapter.parameters(), gradient, 1e-4);
        loss += result.lossSum() / result.targetTokens();
        if (step % (steps / points) == 0) {
          System.gc();
          Runtime runtime = Runtime.getRuntime();
          watcher.accept(
              new Point(
                  step,
                  loss / (steps / points),
                  NativeMemory.taken(),
                  residentBytes(),
                  runtime.totalMemory() - runtime.freeMemory()));
          loss = 0;
        }
      }
    }
  }

  private static long residentBytes() throws IOException {
    Path statm = Path.of("/proc/self/statm");
    return Files.exists(statm)
        ? Long.parseLong(Files.readString(statm).trim().split(" ")[1]) * PAGE
        : 0;
  }

  public static void main(String[] args) throws IOException {
    int steps = Integer.parseInt(args[2]);
    long begin = System.nanoTime();
    run(
        ModelFolder.open(ModelFolder.resolve(args[0])),
        WeightFormat.valueOf(args[1].toUpperCase(Locale.ROOT)),
        Boolean.parseBoolean(args[4]),
        Integer.parseInt(args[3]),
        steps,
        20,
        System.out::println);
    System.out.printf("%d steps in %.0f s%n", steps, (System.nanoTime() - begin) / 1e9);
  }
}
