package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.automotive.Dirt;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.evaluation.KeywordBaseline;
import com.auterity.neuroweaver.jobs.inference.Generation;
import com.auterity.neuroweaver.jobs.inference.GenerationEngine;
import com.auterity.neuroweaver.jobs.inference.GenerationRequest;
import com.auterity.neuroweaver.jobs.model.AdamW;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.LoraGradient;
import com.auterity.neuroweaver.jobs.model.MicroBatch;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.Result;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The task proved learnable without a grid: base model, generated data, LoRA, accuracy on held-out
 * rows. A program, not a test: {@code LearnabilityProof BASE ROWS EPOCHS LEARNING_RATE R THREADS}.
 */
final class LearnabilityProof {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Column.of("customer_text", ColumnType.STRING),
              Column.of("answer", ColumnType.STRING)));
  private static final Pattern OP_CODE = Pattern.compile("\"op_code\":\"([^\"]*)\"");
  private static final int SEQUENCE = 512;
  private static final int ACCUMULATE = Integer.getInteger("accumulate", 4);
  private static final List<String> ALL =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  private LearnabilityProof() {}

  public static void main(String[] args) throws Exception {
    ModelFolder folder = ModelFolder.open(ModelFolder.resolve(args[0]));
    int rows = Integer.parseInt(args[1]);
    int epochs = Integer.parseInt(args[2]);
    double learningRate = Double.parseDouble(args[3]);
    int rank = Integer.parseInt(args[4]);
    int threads = Integer.parseInt(args[5]);
    PromptFormat format = new PromptFormat("{customer_text}", null, "answer");
    TokenizedPartition train = tokenize(rows(rows, Split.TRAIN), format, folder);
    List<Row> heldOut = rows(400, Split.HELDOUT);

    try (LlamaModel model = folder.load(Devices.best())) {
      LoraConfig config = new LoraConfig(rank, 2.0 * rank, 0.0, ALL);
      LoraAdapter adapter = LoraAdapter.init(model.config(), config, 1);
      float[] parameters = adapter.parameters().clone();
      AdamW optimizer = new AdamW(parameters.length, 0.9, 0.99, 1e-8, 0.0);
      LoraGradient gradients = new LoraGradient(model);
      List<int[]> packs = pack(train);
      int stepsPerEpoch = (packs.size() + ACCUMULATE - 1) / ACCUMULATE;
      LearningRate schedule =
          LearningRate.of(learningRate, LrScheduler.COSINE, (long) stepsPerEpoch * epochs, 0.05);
      System.out.printf(
          "%d rows, %d packs, %d steps an epoch, %d adapter parameters%n",
          train.samples(), packs.size(), stepsPerEpoch, parameters.length);
      ExecutorService pool = Executors.newFixedThreadPool(threads);
      long begin = System.nanoTime();
      long tokens = 0;
      long step = 0;
      for (int epoch = 0; epoch < epochs; epoch++) {
        Collections.shuffle(packs, new Random(epoch));
        for (int at = 0; at < packs.size(); at += ACCUMULATE) {
          LoraAdapter now = LoraAdapter.of(model.config(), config, parameters.clone());
          List<Future<Result>> running = new ArrayList<>();
          List<float[]> parts = new ArrayList<>();
          for (int[] pack : packs.subList(at, Math.min(packs.size(), at + ACCUMULATE))) {
            MicroBatch batch = train.microBatch(pack);
            float[] gradient = new float[parameters.length];
            parts.add(gradient);
            running.add(pool.submit(() -> gradients.compute(now, batch, 0, gradient)));
          }
          double loss = 0;
          long targets = 0;
          float[] sum = new float[parameters.length];
          for (int i = 0; i < parts.size(); i++) {
            Result result = running.get(i).get();
            loss += result.lossSum();
            targets += result.targetTokens();
            tokens += result.tokens();
            float[] part = parts.get(i);
            for (int p = 0; p < sum.length; p++) {
              sum[p] += part[p];
            }
          }
          double norm = 0;
          for (int p = 0; p < sum.length; p++) {
            sum[p] /= targets;
            norm += (double) sum[p] * sum[p];
          }
          float clip = (float) Math.min(1, 1 / Math.sqrt(norm));
          for (int p = 0; p < sum.length; p++) {
            sum[p] *= clip;
          }
          step++;
          optimizer.step(parameters, sum, schedule.at(step));
          if (step % 20 == 0 || step == 1) {
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                "step %d loss %.4f %.0f tokens/s %.0f s%n",
                step, loss / targets, tokens / seconds, seconds);
          }
        }
      }
      pool.shutdown();
      measure(folder, format, model, null, heldOut.subList(0, 40), "before");
      measure(
          folder,
          format,
          model,
          LoraAdapter.of(model.config(), config, parameters),
          heldOut,
          "after");
      List<KeywordBaseline.Example> examples = new ArrayList<>();
      rows(rows, Split.TRAIN)
          .forEach(r -> examples.add(new KeywordBaseline.Example(r.text(0), opCode(r.text(1)))));
      KeywordBaseline baseline = KeywordBaseline.fit(examples);
      System.out.printf(
          "keyword baseline %.3f%n",
          heldOut.stream()
                  .filter(r -> opCode(r.text(1)).equals(baseline.predict(r.text(0))))
                  .count()
              / (double) heldOut.size());
    }
  }

  private static void measure(
      ModelFolder folder,
      PromptFormat format,
      LlamaModel model,
      LoraAdapter adapter,
      List<Row> heldOut,
      String name) {
    long begin = System.nanoTime();
    int right = 0;
    int exact = 0;
    long tokens = 0;
    List<GenerationRequest> requests = new ArrayList<>();
    for (Row row : heldOut) {
      requests.add(
          GenerationRequest.greedy(
              format.promptTokens(folder, format.messages(SCHEMA, row)),
              110,
              PromptFormat.endToken(folder)));
    }
    List<Generation> answers;
    try (GenerationEngine engine = new GenerationEngine(model, adapter, 16)) {
      answers = engine.generate(requests);
    }
    for (int i = 0; i < heldOut.size(); i++) {
      String answer = folder.tokenizer().decode(answers.get(i).tokens());
      String expected = heldOut.get(i).text(1);
      tokens += answers.get(i).tokens().length;
      right += opCode(expected).equals(opCode(answer)) ? 1 : 0;
      exact += expected.equals(answer) ? 1 : 0;
      if (i < 4 || (adapter != null && !opCode(expected).equals(opCode(answer)))) {
        System.out.println(heldOut.get(i).text(0) + "\n  want " + expected + "\n  got  " + answer);
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf(
        "%s: op_code %.3f exact %.3f, %d tokens in %.1f s (%.0f/s)%n",
        name,
        right / (double) heldOut.size(),
        exact / (double) heldOut.size(),
        tokens,
        seconds,
        tokens / seconds);
  }

  private static String opCode(String answer) {
    Matcher matcher = OP_CODE.matcher(answer);
    return matcher.find() ? matcher.group(1) : "";
  }

  private static List<Row> rows(int count, Split split) {
    List<Row> rows = new ArrayList<>();
    for (Map<String, Object> row :
        (Iterable<Map<String, Object>>) () -> new ServiceRequests(7, count, split, Dirt.none())) {
      rows.add(new Row(rows.size(), row.get("customer_text"), row.get("answer")));
    }
    return rows;
  }

  private static TokenizedPartition tokenize(
      List<Row> rows, PromptFormat format, ModelFolder folder) {
    return TokenizedPartition.of(rows, SCHEMA, format, folder, SEQUENCE);
  }

  private static List<int[]> pack(TokenizedPartition train) {
    List<int[]> packs = new ArrayList<>();
    int[] open = new int[train.samples()];
    int used = 0;
    int room = SEQUENCE;
    long targets = 0;
    long total = 0;
    for (int i = 0; i < train.samples(); i++) {
      MicroBatch one = train.microBatch(new int[] {i});
      targets += Arrays.stream(one.targets()).filter(t -> t >= 0).count();
      total += one.size();
      if (one.size() > room) {
        packs.add(Arrays.copyOf(open, used));
        used = 0;
        room = SEQUENCE;
      }
      open[used++] = i;
      room -= one.size();
    }
    packs.add(Arrays.copyOf(open, used));
    System.out.printf(
        "%.1f tokens a sample, %.1f of them targets%n",
        total / (double) train.samples(), targets / (double) train.samples());
    return packs;
  }
}
