package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.jobs.model.LlamaDecoder;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The engine's prefill and greedy decoding, choosing a token included. */
final class OurGeneration implements AutoCloseable {
  private final LlamaModel model;
  private final LlamaDecoder decoder;

  OurGeneration(LlamaModel model) {
    this.model = model;
    this.decoder = new LlamaDecoder(model, Runtime.getRuntime().availableProcessors());
  }

  /** The token that follows a prompt. */
  int first(int[] prompt) {
    try (LlamaDecoder.Sequence sequence = decoder.open(prompt.length, 1)) {
      return decoder.prefill(sequence, prompt).likeliest();
    }
  }

  /** Prompt tokens a second. */
  double prefill(int[] prompt) {
    long start = System.nanoTime();
    first(prompt);
    return prompt.length / seconds(start);
  }

  /** Tokens a second of all streams together, from the second of each on. */
  double decode(List<int[]> prompts, int tokens) {
    List<LlamaDecoder.Sequence> sequences = new ArrayList<>();
    int[] last = new int[prompts.size()];
    try {
      for (int[] prompt : prompts) {
        LlamaDecoder.Sequence sequence = decoder.open(prompt.length, tokens);
        last[sequences.size()] = decoder.prefill(sequence, prompt).likeliest();
        sequences.add(sequence);
      }
      long start = System.nanoTime();
      for (int step = 1; step < tokens; step++) {
        last =
            Arrays.stream(decoder.step(sequences, last))
                .mapToInt(LlamaDecoder.Next::likeliest)
                .toArray();
      }
      return (double) prompts.size() * (tokens - 1) / seconds(start);
    } finally {
      sequences.forEach(LlamaDecoder.Sequence::close);
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    decoder.close();
    model.close();
  }
}
