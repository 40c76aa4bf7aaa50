package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.MicroBatch;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.PeftAdapter;
import com.auterity.neuroweaver.jobs.training.BaseModel;
import com.auterity.neuroweaver.jobs.training.BaseModels;
import com.auterity.neuroweaver.jobs.training.OutOfMemory;
import com.auterity.neuroweaver.jobs.training.WorkerTasks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The mean loss per token, in nats, of the texts of each row of a partition. Rows that follow one
 * another are read in one forward pass, always the same ones together, so that a score depends on
 * the partition's rows and not on threads or nodes.
 */
final class PerplexityScorer {
  /** Tokens of a forward pass, unless one row alone has more. */
  static final int BATCH_TOKENS = 1024;

  /** Of a text so many characters for each token that is wanted are looked at. */
  static final int CHARACTERS_PER_TOKEN = 16;

  private static final String END_OF_TEXT = "<|endoftext|>";

  private final ScoringModel model;
  private final List<Integer> columns;
  private final Integer maxTokens;

  /**
   * @param maxTokens of one row; null for {@link PerplexityFilter#MAX_TOKENS} or what the model
   *     reads, if that is less
   */
  PerplexityScorer(ScoringModel model, List<Integer> columns, Integer maxTokens) {
    this.model = model;
    this.columns = columns;
    this.maxTokens = maxTokens;
  }

  /** Of the rows that enter the stage and have a token to score. */
  RowScores score(PartitionView partition) {
    try {
      return OutOfMemory.advised(
          partition.node().nodeName(),
          "scoring rows by " + model.baseModel(),
          List.of("set or lower max_tokens", "score with a smaller model"),
          () ->
              BaseModels.on(partition.node())
                  .use(
                      model.baseModel(),
                      model.sha256(),
                      loaded -> new Pass(loaded, partition.node()).over(partition)));
    } catch (RuntimeException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The tokens of a row's texts, each with its beginning before it: {@code most} at most in all.
   *
   * @param start the token a text begins with, or -1: then its first token is not scored
   */
  static List<int[]> samples(
      ModelFolder folder, int start, Row row, List<Integer> columns, int most) {
    List<int[]> samples = new ArrayList<>();
    int left = most;
    for (int column : columns) {
      String text = row.text(column);
      if (text == null || text.isBlank() || left < 2) {
        continue;
      }
      int[] ids = folder.tokenizer().encode(beginning(text, left));
      int[] sample = new int[Math.min(left, ids.length + (start < 0 ? 0 : 1))];
      int at = 0;
      if (start >= 0) {
        sample[at++] = start;
      }
      System.arraycopy(ids, 0, sample, at, sample.length - at);
      if (sample.length >= 2) {
        samples.add(sample);
        left -= sample.length;
      }
    }
    return samples;
  }

  private static String beginning(String text, int tokens) {
    long most = (long) tokens * CHARACTERS_PER_TOKEN;
    if (text.length() <= most) {
      return text;
    }
    int end = (int) most;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
  }

  /** What a text begins with: the model's own token for it, or the one that parts documents. */
  static int start(ModelFolder folder) {
    if (folder.config().bosTokenId() >= 0) {
      return folder.config().bosTokenId();
    }
    try {
      return folder.tokenizer().id(END_OF_TEXT);
    } catch (NeuroWeaverException e) {
      return -1;
    }
  }

  /** The tokens of one row. */
  private record Scored(long ordinal, List<int[]> samples) {
    int tokens() {
      return samples.stream().mapToInt(sample -> sample.length).sum();
    }
  }

  private final class Pass {
    private final BaseModel loaded;
    private final NodeContext node;
    private final LoraAdapter adapter;
    private final int start;
    private final int most;

    private long[] ordinals = new long[64];
    private float[] losses = new float[64];
    private int count;

    Pass(BaseModel loaded, NodeContext node) {
      this.loaded = loaded;
      this.node = node;
      this.adapter =
          model.adapterBlob() == null
              ? null
              : PeftAdapter.of(
                  node.blobs().get(model.adapterBlob()),
                  node.blobs().get(model.adapterConfigBlob()),
                  loaded.folder().config());
      this.start = start(loaded.folder());
      int positions = loaded.folder().config().maxPositions();
      this.most = maxTokens == null ? Math.min(PerplexityFilter.MAX_TOKENS, positions) : maxTokens;
    }

    RowScores over(PartitionView partition) throws Exception {
      int atOnce = 4 * Math.max(1, node.workerCount());
      List<List<Scored>> batches = new ArrayList<>();
      List<Scored> batch = new ArrayList<>();
      int tokens = 0;
      for (Iterator<Row> rows = partition.stored(); rows.hasNext(); ) {
        Row row = partition.entering(rows.next());
        if (row == null) {
          continue;
        }
        Scored next =
            new Scored(row.ordinal(), samples(loaded.folder(), start, row, columns, most));
        if (next.samples().isEmpty()) {
          continue;
        }
        if (!batch.isEmpty() && tokens + next.tokens() > BATCH_TOKENS) {
          batches.add(batch);
          batch = new ArrayList<>();
          tokens = 0;
          if (batches.size() == atOnce) {
            run(batches);
            batches.clear();
          }
        }
        batch.add(next);
        tokens += next.tokens();
      }
      if (!batch.isEmpty()) {
        batches.add(batch);
      }
      run(batches);
      return new RowScores(Arrays.copyOf(ordinals, count), Arrays.copyOf(losses, count));
    }

    private void run(List<List<Scored>> batches) throws Exception {
      List<float[]> all = new WorkerTasks(node).all(batches, this::meanLosses);
      for (int b = 0; b < all.size(); b++) {
        for (int i = 0; i < all.get(b).length; i++) {
          if (count == losses.length) {
            ordinals = Arrays.copyOf(ordinals, 2 * count);
            losses = Arrays.copyOf(losses, 2 * count);
          }
          ordinals[count] = batches.get(b).get(i).ordinal();
          losses[count++] = all.get(b)[i];
        }
      }
    }

    private float[] meanLosses(List<Scored> rows) {
      List<int[]> samples = rows.stream().flatMap(row -> row.samples().stream()).toList();
      double[] sums = loaded.gradient().losses(adapter, packed(samples));
      float[] means = new float[rows.size()];
      int at = 0;
      for (int i = 0; i < means.length; i++) {
        double sum = 0;
        int targets = 0;
        for (int[] sample : rows.get(i).samples()) {
          sum += sums[at++];
          targets += sample.length - 1;
        }
        means[i] = (float) (sum / targets);
        if (!Float.isFinite(means[i])) {
          throw NeuroWeaverException.invalid(
              PerplexityFilter.NAME
                  + ": model "
                  + model.label()
                  + " gives the row of source ordinal "
                  + rows.get(i).ordinal()
                  + " the loss "
                  + means[i]
                  + "; right would be a model whose weights are finite numbers");
        }
      }
      node.meter().tokensIn(samples.stream().mapToInt(sample -> sample.length).sum());
      return means;
    }
  }

  /** Texts one after the other, each token's target the next of its text. */
  private static MicroBatch packed(List<int[]> samples) {
    int n = samples.stream().mapToInt(sample -> sample.length).sum();
    int[] tokens = new int[n];
    int[] targets = new int[n];
    int[] positions = new int[n];
    int[] segments = new int[n];
    int at = 0;
    for (int s = 0; s < samples.size(); s++) {
      int[] sample = samples.get(s);
      for (int i = 0; i < sample.length; i++, at++) {
        tokens[at] = sample[i];
        targets[at] = i + 1 < sample.length ? sample[i + 1] : -1;
        positions[at] = i;
        segments[at] = s;
      }
    }
    return new MicroBatch(tokens, targets, positions, segments);
  }
}
