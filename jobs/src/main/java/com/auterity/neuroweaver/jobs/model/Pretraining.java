package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Device;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * Makes a base model from text: learns the tokenizer, packs the text into rows, runs AdamW over all
 * weights with micro-batches in parallel, and writes the model folder. The result does not depend
 * on the number of threads; a run goes on from its last checkpoint.
 */
public final class Pretraining {
  private static final double REPORT_SECONDS = 10;

  private final PretrainConfig config;
  private final LongFunction<Stream<String>> documents;
  private final Device device;
  private final Path work;
  private final Path output;
  private final Consumer<String> report;

  /**
   * @param documents endless text for a seed
   * @param work where checkpoints and the tokenizer lie between steps
   * @param output the model folder to write
   * @param report takes a line at a time
   */
  public Pretraining(
      PretrainConfig config,
      LongFunction<Stream<String>> documents,
      Device device,
      Path work,
      Path output,
      Consumer<String> report) {
    this.config = config;
    this.documents = documents;
    this.device = device;
    this.work = work;
    this.output = output;
    this.report = report;
  }

  /** What a finished run measured; losses are in nats for each token. */
  public record Figures(
      long parameters,
      int steps,
      long corpusBytes,
      long corpusTokens,
      long tokens,
      double seconds,
      double lossFirst,
      double lossLast,
      double heldoutPerplexity) {}

  /** Runs to the last step and writes the model; from the last checkpoint if {@code resume}. */
  public Figures run(boolean resume) {
    Path checkpointFile = work.resolve("checkpoint.bin");
    PretrainCheckpoint start = resume ? PretrainCheckpoint.read(checkpointFile).orElse(null) : null;
    if (start != null && !start.identity().equals(config.identity())) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "%s is of another configuration (%s; now it is %s); start without --resume"
              .formatted(checkpointFile, start.identity(), config.identity()),
          Map.of("file", checkpointFile.toString()));
    }
    Tokenizer tokenizer = tokenizer();
    ModelConfig shape =
        config.modelConfig(
            config.tokenizer().vocabSize(),
            List.of(tokenizer.id(TokenizerFiles.END), tokenizer.id(TokenizerFiles.END_OF_TEXT)));
    PretrainCorpus corpus =
        corpus(tokenizer, config.corpus().seed(), config.corpus().bytes(), "training");
    PretrainCorpus heldout =
        corpus(
            tokenizer, config.corpus().heldoutSeed(), config.corpus().heldoutBytes(), "held-out");
    ExecutorService threads = Executors.newFixedThreadPool(config.training().threads());
    try (LlamaModel model =
        LlamaModel.of(shape, LlamaModel.initialWeights(shape, config.training().seed()), device)) {
      Run run = new Run(model, corpus, heldout, threads, checkpointFile);
      run.train(start);
      write(shape, model.weights());
      return finish(run, corpus, heldout, threads);
    } finally {
      threads.shutdownNow();
    }
  }

  private Tokenizer tokenizer() {
    long begin = System.nanoTime();
    BpeVocabulary vocabulary =
        BpeTrainer.train(
            limited(documents.apply(config.corpus().seed()).iterator(), config.tokenizer().bytes()),
            config.tokenizer().vocabSize(),
            TokenizerFiles.SPECIAL_TOKENS);
    if (vocabulary.size() != config.tokenizer().vocabSize()) {
      throw NeuroWeaverException.invalid(
          "%d bytes of text give %d tokens, not the %d of tokenizer.vocab_size; take more text"
              .formatted(
                  config.tokenizer().bytes(), vocabulary.size(), config.tokenizer().vocabSize()));
    }
    TokenizerFiles.write(work, vocabulary, config.model().maxPositions());
    report.accept(
        "tokenizer: %,d tokens learnt in %.0f s".formatted(vocabulary.size(), since(begin)));
    return HubTokenizer.open(work.resolve("tokenizer.json"));
  }

  private PretrainCorpus corpus(Tokenizer tokenizer, long seed, long bytes, String what) {
    long begin = System.nanoTime();
    PretrainCorpus corpus =
        PretrainCorpus.of(
            documents.apply(seed).iterator(), bytes, tokenizer, config.corpus().rowTokens());
    int needed = config.training().microBatchRows();
    if (corpus.rows() < needed) {
      throw NeuroWeaverException.invalid(
          "%d bytes of %s text fill %d rows of %d tokens; at least %d are needed"
              .formatted(bytes, what, corpus.rows(), config.corpus().rowTokens(), needed));
    }
    report.accept(
        "%s text: %,d bytes, %,d tokens in %,d rows, packed in %.0f s"
            .formatted(what, corpus.bytes(), corpus.tokens(), corpus.rows(), since(begin)));
    return corpus;
  }

  private void write(ModelConfig shape, ModelWeights weights) {
    AtomicFile.write(output.resolve("config.json"), HubConfig.bytes(shape));
    AtomicFile.write(
        output.resolve("generation_config.json"),
        HubConfig.generationBytes(shape, shape.eosTokenIds().get(1)));
    for (String name :
        List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")) {
      AtomicFile.write(output.resolve(name), JsonFile.bytes(work.resolve(name)));
    }
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    for (ModelTensor tensor : weights.tensors()) {
      float[] values = new float[Math.toIntExact(tensor.length())];
      for (int r = 0; r < tensor.rows(); r++) {
        weights.source(tensor.name()).read(r, values, r * tensor.cols());
      }
      int[] sizes = Arrays.stream(tensor.shape()).mapToInt(Math::toIntExact).toArray();
      tensors.add(new Safetensors.Tensor(tensor.name(), Safetensors.Type.BF16, sizes, values));
    }
    Safetensors.write(output.resolve(ModelFolder.WEIGHTS_FILE), tensors, Map.of("format", "pt"));
  }

  /** Measures what was written, as it will be read, and writes the card. */
  private Figures finish(
      Run run, PretrainCorpus corpus, PretrainCorpus heldout, ExecutorService threads) {
    ModelFolder written = ModelFolder.open(output);
    double perplexity;
    try (LlamaModel model = written.load(device)) {
      perplexity = perplexity(model, heldout, threads);
    }
    long tokens =
        (long) config.training().steps()
            * config.training().microBatches()
            * config.training().microBatchRows()
            * config.corpus().rowTokens();
    Figures figures =
        new Figures(
            run.parameters.length,
            config.training().steps(),
            corpus.bytes(),
            corpus.tokens(),
            tokens,
            run.seconds,
            run.lossFirst,
            run.lossLast,
            perplexity);
    AtomicFile.write(
        output.resolve("README.md"),
        ModelCard.text(config, figures, device.profile(), written.sha256())
            .getBytes(StandardCharsets.UTF_8));
    report.accept(
        "%s: %,d parameters, held-out perplexity %.3f, %s"
            .formatted(output, figures.parameters(), perplexity, duration(run.seconds)));
    return figures;
  }

  /** The exponential of the mean loss of held-out rows. */
  private double perplexity(LlamaModel model, PretrainCorpus heldout, ExecutorService threads) {
    LoraGradient forward = new LoraGradient(model);
    List<Future<Result>> results = new ArrayList<>();
    int each = config.training().microBatchRows();
    for (int row = 0; row + each <= heldout.rows(); row += each) {
      int[] rows = new int[each];
      for (int i = 0; i < each; i++) {
        rows[i] = row + i;
      }
      results.add(threads.submit(() -> forward.loss(null, heldout.batch(rows))));
    }
    double loss = 0;
    long targets = 0;
    for (Future<Result> future : results) {
      Result result = await(future);
      loss += result.lossSum();
      targets += result.targetTokens();
    }
    return Math.exp(loss / targets);
  }

  /** The steps of one run. */
  private final class Run {
    private final LlamaModel model;
    private final PretrainCorpus corpus;
    private final PretrainCorpus heldout;
    private final ExecutorService threads;
    private final Path checkpointFile;
    private final FullGradient full;
    private final AdamW optimizer;
    private final List<GradientSum> sums = new ArrayList<>();
    private final List<float[]> gradients = new ArrayList<>();
    private final float[] parameters;
    private double seconds;
    private double lossFirst = Double.NaN;
    private double lossLast = Double.NaN;
    private int pass = -1;
    private int[] order;

    Run(
        LlamaModel model,
        PretrainCorpus corpus,
        PretrainCorpus heldout,
        ExecutorService threads,
        Path checkpointFile) {
      this.model = model;
      this.corpus = corpus;
      this.heldout = heldout;
      this.threads = threads;
      this.checkpointFile = checkpointFile;
      this.full = new FullGradient(model);
      this.parameters = model.parameters();
      PretrainConfig.Training training = config.training();
      // Decay would shrink the embeddings of rare tokens to nothing; the head is tied to them, so a
      // LoRA adapter, which leaves both frozen, could then never make the model write such a token.
      List<Slice> undecayed =
          LlamaModel.slices(model.config()).stream()
              .filter(slice -> slice.name().matches(".*(norm|embed_tokens)\\.weight"))
              .toList();
      this.optimizer =
          new AdamW(
              parameters.length,
              training.adamBeta1(),
              training.adamBeta2(),
              1e-8,
              training.weightDecay(),
              undecayed);
      for (int i = 0; i < training.threads(); i++) {
        sums.add(new GradientSum(parameters.length, training.microBatches()));
        gradients.add(new float[parameters.length]);
      }
    }

    void train(PretrainCheckpoint start) {
      int step = 0;
      double spentBefore = 0;
      if (start != null) {
        System.arraycopy(start.parameters(), 0, parameters, 0, parameters.length);
        optimizer.restore(start.optimizer());
        model.update(parameters);
        step = start.step();
        spentBefore = start.seconds();
        seconds = spentBefore;
        lossFirst = start.lossFirst();
        lossLast = start.lossLast();
        report.accept("going on after step %,d".formatted(step));
      }
      int first = step;
      int steps = config.training().steps();
      long begin = System.nanoTime();
      double reported = 0;
      while (step < steps) {
        double loss = step(step);
        lossFirst = Double.isNaN(lossFirst) ? loss : lossFirst;
        lossLast = Double.isNaN(lossLast) ? loss : 0.95 * lossLast + 0.05 * loss;
        step++;
        double spent = since(begin);
        seconds = spentBefore + spent;
        boolean last = step == steps;
        boolean evaluate = last || step % config.training().evaluateSteps() == 0;
        if (evaluate || step == first + 1 || spent - reported >= REPORT_SECONDS) {
          reported = spent;
          reportStep(step, spent / (step - first), evaluate);
        }
        if (last || step % config.training().checkpointSteps() == 0) {
          new PretrainCheckpoint(
                  config.identity(),
                  step,
                  seconds,
                  lossFirst,
                  lossLast,
                  parameters,
                  optimizer.state())
              .write(checkpointFile);
        }
      }
    }

    /** One step over all micro-batches; returns the mean loss before it. */
    private double step(int step) {
      PretrainConfig.Training training = config.training();
      AtomicInteger next = new AtomicInteger();
      Result[] results = new Result[training.microBatches()];
      int[][] rows = rows(step);
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < training.threads(); t++) {
        GradientSum sum = sums.get(t);
        float[] gradient = gradients.get(t);
        running.add(
            threads.submit(
                () -> {
                  sum.clear();
                  for (int i = next.getAndIncrement();
                      i < rows.length;
                      i = next.getAndIncrement()) {
                    results[i] = full.compute(corpus.batch(rows[i]), gradient);
                    sum.add(gradient);
                  }
                }));
      }
      running.forEach(Pretraining::await);
      double loss = 0;
      long targets = 0;
      for (Result result : results) {
        loss += result.lossSum();
        targets += result.targetTokens();
      }
      loss /= targets;
      if (!Double.isFinite(loss)) {
        throw new NeuroWeaverException(
            ErrorKind.UNPROCESSABLE,
            "the loss is %s at step %d; lower training.learning_rate".formatted(loss, step + 1));
      }
      float[] gradient = gradients.get(0);
      double norm = GradientSum.mean(sums, targets, gradient);
      if (norm > training.maxGradNorm()) {
        float factor = (float) (training.maxGradNorm() / norm);
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] *= factor;
        }
      }
      optimizer.step(parameters, gradient, training.learningRate(step));
      model.update(parameters);
      return loss;
    }

    /** The rows of each micro-batch of a step: pass after pass over the corpus, each shuffled. */
    private int[][] rows(int step) {
      PretrainConfig.Training training = config.training();
      int each = training.microBatchRows();
      int[][] rows = new int[training.microBatches()][each];
      long at = (long) step * training.microBatches() * each;
      for (int[] batch : rows) {
        for (int i = 0; i < each; i++, at++) {
          int wanted = (int) (at / corpus.rows());
          if (wanted != pass) {
            pass = wanted;
            order = corpus.order(training.seed(), pass);
          }
          batch[i] = order[(int) (at % corpus.rows())];
        }
      }
      return rows;
    }

    private void reportStep(int step, double secondsForStep, boolean evaluate) {
      PretrainConfig.Training training = config.training();
      int tokens =
          training.microBatches() * training.microBatchRows() * config.corpus().rowTokens();
      report.accept(
          String.format(
              Locale.ROOT,
              "step %,d of %,d  loss %.4f  learning rate %.2e  %,.0f tokens/s  %s left%s",
              step,
              training.steps(),
              lossLast,
              training.learningRate(step - 1),
              tokens / secondsForStep,
              duration((training.steps() - step) * secondsForStep),
              evaluate
                  ? String.format(
                      Locale.ROOT,
                      "  held-out perplexity %.3f",
                      perplexity(model, heldout, threads))
                  : ""));
    }
  }

  private static Iterator<String> limited(Iterator<String> texts, long bytes) {
    return new Iterator<>() {
      private long taken;

      @Override
      public boolean hasNext() {
        return taken < bytes && texts.hasNext();
      }

      @Override
      public String next() {
        String text = texts.next();
        taken += text.getBytes(StandardCharsets.UTF_8).length;
        return text;
      }
    };
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NeuroWeaverException(
          ErrorKind.CANCELLED, "pretraining was interrupted", Map.of(), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NeuroWeaverException known) {
        throw known;
      }
      throw new NeuroWeaverException(
          ErrorKind.INTERNAL,
          "a pretraining thread failed: " + e.getCause(),
          Map.of(),
          e.getCause());
    }
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  static String duration(double seconds) {
    long s = Math.round(seconds);
    return s < 60
        ? s + "s"
        : s < 3600
            ? "%dm%02ds".formatted(s / 60, s % 60)
            : "%dh%02dm".formatted(s / 3600, s % 3600 / 60);
  }
}
