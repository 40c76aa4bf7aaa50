package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.model.LlamaDecoder;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import java.util.ArrayList;
import java.util.Arrays;
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
    requests.forEach(this::check);
    ListFeed feed = new ListFeed(requests, cancelled);
    run(feed);
    return feed.answers();
  }

  /** Decodes on the calling thread until the feed has nothing and every request is answered. */
  public void run(GenerationFeed feed) {
    run(feed, 1);
  }

  /** As above; each step's work is shared out among this many threads, the caller's included. */
  public void run(GenerationFeed feed, int threads) {
    List<Running> running = new ArrayList<>();
    try (LlamaDecoder decoder = new LlamaDecoder(model, threads)) {
      long helped = decoder.helperCpuNanos();
      while (true) {
        running.removeIf(Running::endedByCancelling);
        while (running.size() < maxBatch) {
          GenerationFeed.Ticket ticket = feed.poll();
          if (ticket == null) {
            break;
          }
          start(decoder, ticket, running);
        }
        if (running.isEmpty()) {
          return;
        }
        step(decoder, running);
        long helpedNow = decoder.helperCpuNanos();
        feed.helped(helpedNow - helped);
        helped = helpedNow;
      }
    } catch (RuntimeException e) {
      running.forEach(one -> one.ticket.fail(e));
      throw e;
    }
  }

  private void check(GenerationRequest request) {
    int context = model.config().maxPositions();
    if (request.prompt().length > context) {
      throw NeuroWeaverException.invalid(
          "the prompt has %d tokens; the model's context holds %d"
              .formatted(request.prompt().length, context));
    }
  }

  private void start(LlamaDecoder decoder, GenerationFeed.Ticket ticket, List<Running> running) {
    Running one = new Running(ticket);
    if (one.endedByCancelling()) {
      return;
    }
    try {
      check(one.request);
      one.sequence = decoder.open(one.request.prompt().length, one.request.maxTokens() - 1);
      if (!one.take(decoder.prefill(one.sequence, one.request.prompt()))) {
        running.add(one);
      }
    } catch (NeuroWeaverException e) {
      if (one.sequence != null) {
        one.sequence.close();
      }
      ticket.fail(e);
    }
  }

  private static void step(LlamaDecoder decoder, List<Running> running) {
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
      if (!before.get(i).take(next[i])) {
        running.add(before.get(i));
      }
    }
  }

  /** A list as a feed. */
  private static final class ListFeed implements GenerationFeed {
    private final List<GenerationRequest> requests;
    private final BooleanSupplier cancelled;
    private final Generation[] answers;
    private int next;

    ListFeed(List<GenerationRequest> requests, BooleanSupplier cancelled) {
      this.requests = requests;
      this.cancelled = cancelled;
      this.answers = new Generation[requests.size()];
    }

    List<Generation> answers() {
      return Arrays.asList(answers);
    }

    @Override
    public Ticket poll() {
      if (next == answers.length) {
        return null;
      }
      int number = next++;
      return new Ticket() {
        @Override
        public GenerationRequest request() {
          return requests.get(number);
        }

        @Override
        public boolean cancelled() {
          return cancelled.getAsBoolean();
        }

        @Override
        public void complete(Generation generation) {
          answers[number] = generation;
        }

        @Override
        public void fail(RuntimeException problem) {
          throw problem;
        }
      };
    }
  }

  /** A request that is being answered. */
  private static final class Running {
    final GenerationFeed.Ticket ticket;
    final GenerationRequest request;
    final TokenSampler sampler;
    final List<List<Generation.Alternative>> alternatives = new ArrayList<>();
    int[] tokens = new int[16];
    float[] probabilities = new float[16];
    int count;
    LlamaDecoder.Sequence sequence;

    Running(GenerationFeed.Ticket ticket) {
      this.ticket = ticket;
      this.request = ticket.request();
      this.sampler = new TokenSampler(request);
    }

    int last() {
      return tokens[count - 1];
    }

    /** Chooses the next token; true when that was the last and the ticket is complete. */
    boolean take(LlamaDecoder.Next next) {
      int token = sampler.choose(next);
      if (sampler.stops(token)) {
        end(Generation.FinishReason.STOP);
        return true;
      }
      if (count == tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * count);
        probabilities = Arrays.copyOf(probabilities, 2 * count);
      }
      tokens[count] = token;
      probabilities[count] = next.probability(token);
      count++;
      if (request.alternatives() > 0) {
        alternatives.add(sampler.alternatives(next));
      }
      // A full context can still choose a token, but cannot take it in.
      if (count == request.maxTokens() || sequence.length() == sequence.capacity()) {
        end(Generation.FinishReason.LENGTH);
        return true;
      }
      return false;
    }

    boolean endedByCancelling() {
      if (!ticket.cancelled()) {
        return false;
      }
      end(Generation.FinishReason.CANCELLED);
      return true;
    }

    private void end(Generation.FinishReason reason) {
      if (sequence != null) {
        sequence.close();
        sequence = null;
      }
      ticket.complete(
          new Generation(
              Arrays.copyOf(tokens, count),
              Arrays.copyOf(probabilities, count),
              List.copyOf(alternatives),
              reason,
              request.prompt().length));
    }
  }

  @Override
  public void close() {
    if (owned) {
      model.close();
    }
  }
}
