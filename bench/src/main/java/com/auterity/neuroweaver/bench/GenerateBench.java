package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.model.GgufModel;
import com.auterity.neuroweaver.jobs.model.GgufType;
import com.auterity.neuroweaver.jobs.model.ModelLoad;
import com.auterity.neuroweaver.jobs.model.ModelWeights;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Prefill of 512 tokens, and decoding 128 tokens after prompts of 64 in 1, 4 and 16 streams, with
 * 8-bit weights, beside llama.cpp on the same weights as Q8_0.
 */
final class GenerateBench implements Bench {
  private static final int PREFILL = 512;
  private static final int PROMPT = 64;
  private static final int DECODE = 128;
  private static final int[] STREAMS = {1, 4, 16};

  /** In how many of these the two sides must choose the same next token. */
  private static final int COMPARED = 8;

  /** Ids below are bytes, whose texts may not stand alone. */
  private static final int FIRST_NAMED_ID = 256;

  private Prepared prepared;

  @Override
  public String name() {
    return "generate";
  }

  @Override
  public String summary() {
    return "prefill and decode with 8-bit weights, beside llama.cpp on the same weights";
  }

  @Override
  public List<BenchCase> cases() {
    List<BenchCase> cases = new ArrayList<>();
    for (String model : List.of("135m", "0.5b")) {
      cases.add(new Case(model, 0));
      for (int streams : STREAMS) {
        cases.add(new Case(model, streams));
      }
    }
    return cases;
  }

  /** One model on both sides, kept for the cases that follow with it. */
  private static final class Prepared implements AutoCloseable {
    final BenchModel shape;
    final OurGeneration ours;
    final Path file;

    Prepared(BenchRun run, String model) {
      shape = BenchModel.of(model, run.home());
      try {
        file = Files.createTempFile("neuroweaver-bench-" + model, ".gguf");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      try {
        run.say("  writing %s as Q8_0", model);
        ModelWeights weights = shape.weights();
        GgufModel.of(shape.config(), shape.config().variant().architecture().className(), model)
            .write(file, weights::source, GgufType.Q8_0);
        run.say("  loading %s", model);
        ours =
            new OurGeneration(shape.load(new ModelLoad(WeightFormat.INT8, true), Devices.best()));
      } catch (RuntimeException | Error e) {
        delete();
        throw e;
      }
    }

    private void delete() {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      ours.close();
      delete();
    }
  }

  private Prepared prepare(BenchRun run, String model) {
    if (prepared == null || !prepared.shape.name().equals(model)) {
      close();
      prepared = new Prepared(run, model);
    }
    return prepared;
  }

  @Override
  public void close() {
    if (prepared != null) {
      prepared.close();
      prepared = null;
    }
  }

  /** Prefill when {@code streams} is 0. */
  private final class Case implements BenchCase {
    private final String model;
    private final int streams;

    Case(String model, int streams) {
      this.model = model;
      this.streams = streams;
    }

    @Override
    public String name() {
      return model + (streams == 0 ? "/prefill" : "/decode/" + streams);
    }

    @Override
    public String unit() {
      return "tokens/s";
    }

    @Override
    public Outcome measure(BenchRun run) throws InterruptedException {
      Prepared both = prepare(run, model);
      List<int[]> prompts = prompts(both.shape);
      // Compiles the kernels before anybody's time is taken.
      ours(both, prompts);
      ours(both, prompts);
      Map<String, Object> details = new LinkedHashMap<>();
      try {
        String classpath = new PeerProject(run.home(), "llama").classpath(run::say);
        try (LlamaCpp llama = new LlamaCpp(classpath)) {
          return beside(run, both, prompts, llama, details);
        }
      } catch (PeerException e) {
        run.say("  llama.cpp failed: %s", e.getMessage());
        List<Samples> samples =
            Rounds.alternate(
                run.rounds(), List.of(() -> said(run, "ours", ours(both, prompts)), this::ceiling));
        share(both.shape, samples.get(0), samples.get(1), details);
        return Outcome.peerFailed(samples.get(0), LlamaCpp.NAME, e.getMessage(), details);
      }
    }

    private Outcome beside(
        BenchRun run,
        Prepared both,
        List<int[]> prompts,
        LlamaCpp llama,
        Map<String, Object> details)
        throws InterruptedException {
      LlamaCpp.Settings best = calibrate(run, both, prompts, llama, details);
      llama.load(both.file, best);
      compare(run, both, llama, details);
      llama(llama, prompts);
      List<Samples> samples =
          Rounds.alternate(
              run.rounds(),
              List.of(
                  () -> said(run, "ours", ours(both, prompts)),
                  () -> said(run, "llama.cpp", llama(llama, prompts)),
                  this::ceiling));
      share(both.shape, samples.get(0), samples.get(2), details);
      return Outcome.beside(samples.get(0), LlamaCpp.NAME, samples.get(1), details);
    }

    private List<int[]> prompts(BenchModel shape) {
      return randomPrompts(
          shape, streams, streams == 0 ? 1 : streams, streams == 0 ? PREFILL : PROMPT);
    }

    private double ours(Prepared both, List<int[]> prompts) {
      return streams == 0 ? both.ours.prefill(prompts.get(0)) : both.ours.decode(prompts, DECODE);
    }

    private double llama(LlamaCpp llama, List<int[]> prompts) throws InterruptedException {
      return streams == 0 ? llama.prefill(prompts.get(0)) : llama.decode(prompts, DECODE);
    }

    private LlamaCpp.Settings calibrate(
        BenchRun run,
        Prepared both,
        List<int[]> prompts,
        LlamaCpp llama,
        Map<String, Object> details)
        throws InterruptedException {
      int cores = Runtime.getRuntime().availableProcessors();
      List<Map<String, Object>> tries = new ArrayList<>();
      LlamaCpp.Settings best = null;
      double bestRate = 0;
      for (boolean flash : new boolean[] {false, true}) {
        LlamaCpp.Settings settings =
            new LlamaCpp.Settings(cores, Math.max(1, streams), PREFILL + DECODE, flash);
        llama.load(both.file, settings);
        llama(llama, prompts);
        double rate = llama(llama, prompts);
        tries.add(Map.of("settings", settings.json(), "tokens_per_second", rate));
        run.say("  llama.cpp %.1f tokens/s with %s", rate, settings);
        if (rate > bestRate) {
          bestRate = rate;
          best = settings;
        }
      }
      details.put("llama_settings", best.json());
      details.put("llama_tried", tries);
      return best;
    }

    /** Memory for decoding, 8-bit GEMM for prefill. */
    private double ceiling() throws InterruptedException {
      return streams == 0 ? Ceilings.gemm(GemmKind.INT8).total() : Ceilings.read();
    }

    private void share(
        BenchModel shape, Samples ours, Samples ceiling, Map<String, Object> details) {
      double used;
      if (streams == 0) {
        // The head is computed for the last token alone.
        double operations = 2.0 * shape.multipliedInBlocks();
        details.put("operations_per_token", operations);
        details.put("gemm_gops", ceiling.median() / 1e9);
        used = ours.median() * operations;
      } else {
        // Every step reads each weight, a byte, once for all streams.
        double bytes = shape.multiplied();
        details.put("bytes_per_step", bytes);
        details.put("read_gb_per_s", ceiling.median() / 1e9);
        used = ours.median() / streams * bytes;
      }
      details.put(Report.SHARE, used / ceiling.median());
    }
  }

  private static List<int[]> randomPrompts(BenchModel shape, long seed, int count, int length) {
    Random random = new Random(seed);
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      prompts.add(random.ints(length, FIRST_NAMED_ID, shape.config().vocabSize()).toArray());
    }
    return prompts;
  }

  /**
   * Both sides round the same weights to 8 bits, each in its way: mostly, but not always, the
   * likeliest token is the same. By chance it never is.
   */
  private static void compare(
      BenchRun run, Prepared both, LlamaCpp llama, Map<String, Object> details)
      throws InterruptedException {
    List<int[]> prompts = randomPrompts(both.shape, -1, COMPARED, PROMPT);
    List<String> theirs = llama.first(prompts);
    int equal = 0;
    for (int i = 0; i < prompts.size(); i++) {
      int our = both.ours.first(prompts.get(i));
      equal += theirs.get(i).equals("[" + our + "]") ? 1 : 0;
    }
    details.put("equal_first_tokens", equal);
    details.put("compared_first_tokens", COMPARED);
    run.say("  %d of %d first tokens are equal", equal, COMPARED);
    if (equal < COMPARED / 2) {
      throw new NeuroWeaverException(
          ErrorKind.INTERNAL,
          "llama.cpp computed something else: %d of %d first tokens are equal"
              .formatted(equal, COMPARED));
    }
  }

  private static double said(BenchRun run, String who, double rate) {
    run.say("  %s %.1f tokens/s", who, rate);
    return rate;
  }
}
