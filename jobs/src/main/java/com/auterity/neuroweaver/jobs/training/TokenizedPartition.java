package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.model.MicroBatch;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import java.util.Arrays;
import java.util.List;

/**
 * The samples of one partition as token ids, in row order. A sample of n ids is n - 1 tokens to
 * read, each with the next id as its target, prompt tokens being no targets.
 */
public final class TokenizedPartition {
  private final long[] ordinals;
  private final int[][] ids;
  private final int[] promptLengths;
  private final int truncated;

  private TokenizedPartition(long[] ordinals, int[][] ids, int[] promptLengths, int truncated) {
    this.ordinals = ordinals;
    this.ids = ids;
    this.promptLengths = promptLengths;
    this.truncated = truncated;
  }

  static TokenizedPartition read(
      SampleSource source, int partition, ModelFolder model, NodeContext node) {
    Manifest manifest = node.datasets().get(source.tenant(), source.datasetVersionId());
    List<Row> rows =
        new DatasetReader(node.datasets(), node.chunks()).partition(manifest, partition);
    return of(rows, manifest.schema(), source.format(), model, source.maxTokens());
  }

  static TokenizedPartition of(
      List<Row> rows, Schema schema, PromptFormat format, ModelFolder model, int maxTokens) {
    long[] ordinals = new long[rows.size()];
    int[][] ids = new int[rows.size()][];
    int[] promptLengths = new int[rows.size()];
    int truncated = 0;
    for (int i = 0; i < ids.length; i++) {
      PromptFormat.Example example = format.example(model, schema, rows.get(i));
      ordinals[i] = example.ordinal();
      ids[i] = example.tokens();
      promptLengths[i] = example.promptLength();
      int surplus = ids[i].length - 1 - maxTokens;
      if (surplus > 0) {
        truncated++;
        // The answer is what is learnt, so the beginning goes; of an answer too long, the end.
        int from = Math.min(surplus, promptLengths[i] - 1);
        ids[i] = Arrays.copyOfRange(ids[i], from, from + maxTokens + 1);
        promptLengths[i] -= from;
      }
    }
    return new TokenizedPartition(ordinals, ids, promptLengths, truncated);
  }

  public int samples() {
    return ids.length;
  }

  long[] ordinals() {
    return ordinals;
  }

  /** How many samples were longer than allowed. */
  int truncated() {
    return truncated;
  }

  /** Tokens to read of each sample. */
  int[] lengths() {
    return Arrays.stream(ids).mapToInt(sample -> sample.length - 1).toArray();
  }

  /** Bytes of memory, about. */
  long weight() {
    long weight = 64;
    for (int[] sample : ids) {
      weight += 40 + 4L * sample.length;
    }
    return weight;
  }

  /** The given samples (indexes in row order) one after the other. */
  public MicroBatch microBatch(int[] samples) {
    int n = 0;
    for (int sample : samples) {
      n += ids[sample].length - 1;
    }
    int[] tokens = new int[n];
    int[] targets = new int[n];
    int[] positions = new int[n];
    int[] segments = new int[n];
    int at = 0;
    for (int s = 0; s < samples.length; s++) {
      int[] sample = ids[samples[s]];
      int promptLength = promptLengths[samples[s]];
      for (int i = 0; i + 1 < sample.length; i++, at++) {
        tokens[at] = sample[i];
        targets[at] = i + 1 >= promptLength ? sample[i + 1] : -1;
        positions[at] = i;
        segments[at] = s;
      }
    }
    return new MicroBatch(tokens, targets, positions, segments);
  }

  /** The ids of a sample's prompt. */
  public int[] prompt(int sample) {
    return Arrays.copyOf(ids[sample], promptLengths[sample]);
  }
}
