package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.model.LlamaDecoder;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Generates with a KV cache, decoding up to {@code maxBatch} sequences together and taking a new
 * one in as soon as one ends. An adapter is merged into the weights once, at construction. What a
 * request gets does not depend on what else is in the batch. Calls may run at once.
 */
public final class GenerationEngine implements AutoCloseable {
  private final LlamaModel model;
  private final boolean owned;
  private final int maxBatch;

  public GenerationEngine(LlamaModel model, LoraAdapter adapterOrNull, int maxBatch) {
    if (maxBatch < 1) {
      throw NeuroWeaverException.invalid("max_batch must be at least 1, found " + maxBatch);
    }
    this.owned = adapterOrNull != null;
    this.model = owned ? model.merged(adapterOrNull) : model;
    this.maxBatch = maxBatch;
  }

  /** Answers in the order of the requests; a prompt longer than the context is INVALID_INPUT. */
  public List<Generation> generate(List<GenerationRequest> requests) {
    return generate(requests, () -> false);
  }

  /** As above; when {@code cancelled} turns true, what is unfinished ends as CANCELLED. */
  public List<Generation> generate(List<GenerationRequest> requests, BooleanSupplier cancelled) {
    int context = model.config().maxPositions();
    for (GenerationRequest request : requests) {
      if (request.prompt().length > context) {
        throw NeuroWeaverException.invalid(
            "the prompt has %d tokens; the model's context holds %d"
                .formatted(request.prompt().length, context));
      }
    }
    Generation[] answers = new Generation[requests.size()];
    Deque<Integer> waiting = new ArrayDeque<>();
    for (int i = 0; i < answers.length; i++) {
      waiting.add(i);
    }
    List<Running> running = new ArrayList<>();
    try (LlamaDecoder decoder = new LlamaDecoder(model)) {
      while (!waiting.isEmpty() || !running.isEmpty()) {
        if (cancelled.getAsBoolean()) {
          running.forEach(r -> answers[r.number] = r.end(Generation.FinishReason.CANCELLED));
          for (int number : waiting) {
            answers[number] =
                new Running(number, requests.get(number)).end(Generation.FinishReason.CANCELLED);
          }
          break;
        }
        while (running.size() < maxBatch && !waiting.isEmpty()) {
          int number = waiting.poll();
          Running next = new Running(number, requests.get(number));
          next.sequence =
              decoder.open(
                  (int)
                      Math.min(
                          context,
                          (long) next.request.prompt().length + next.request.maxTokens() - 1));
          Generation.FinishReason reason =
              next.take(decoder.prefill(next.sequence, next.request.prompt()));
          settle(next, reason, running, answers);
        }
        if (!running.isEmpty()) {
          step(decoder, running, answers);
        }
      }
    }
    return Arrays.asList(answers);
  }

  private static void step(LlamaDecoder decoder, List<Running> running, Generation[] answers) {
    List<LlamaDecoder.Sequence> sequences = new ArrayList<>(running.size());
    int[] tokens = new int[running.size()];
    for (int i = 0; i < tokens.length; i++) {
      sequences.add(running.get(i).sequence);
      tokens[i] = running.get(i).last();
    }
    LlamaDecoder.Next[] next = decoder.step(sequences, tokens);
    List<Running> before = List.copyOf(running);
    running.clear();
    for (int i = 0; i < next.length; i++) {
      settle(before.get(i), before.get(i).take(next[i]), running, answers);
    }
  }

  private static void settle(
      Running one, Generation.FinishReason reason, List<Running> running, Generation[] answers) {
    if (reason == null) {
      running.add(one);
    } else {
      answers[one.number] = one.end(reason);
      one.sequence.close();
    }
  }

  /** A request that is being answered. */
  private static final class Running {
    final int number;
    final GenerationRequest request;
    final TokenSampler sampler;
    final List<List<Generation.Alternative>> alternatives = new ArrayList<>();
    int[] tokens = new int[16];
    float[] probabilities = new float[16];
    int count;
    LlamaDecoder.Sequence sequence;

    Running(int number, GenerationRequest request) {
      this.number = number;
      this.request = request;
      this.sampler = new TokenSampler(request);
    }

    int last() {
      return tokens[count - 1];
    }

    /** Chooses the next token; the reason to end, or null. */
    Generation.FinishReason take(LlamaDecoder.Next next) {
      int token = sampler.choose(next);
      if (sampler.stops(token)) {
        return Generation.FinishReason.STOP;
      }
      if (count == tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * count);
        probabilities = Arrays.copyOf(probabilities, 2 * count);
      }
      tokens[count] = token;
      probabilities[count] = next.probabilities()[token];
      count++;
      if (request.alternatives() > 0) {
        alternatives.add(sampler.alternatives(next));
      }
      // A full context can still choose a token, but cannot take it in.
      return count == request.maxTokens() || sequence.length() == sequence.capacity()
          ? Generation.FinishReason.LENGTH
          : null;
    }

    Generation end(Generation.FinishReason reason) {
      return new Generation(
          Arrays.copyOf(tokens, count),
          Arrays.copyOf(probabilities, count),
          List.copyOf(alternatives),
          reason,
          request.prompt().length);
    }
  }

  @Override
  public void close() {
    if (owned) {
      model.close();
    }
  }
}
