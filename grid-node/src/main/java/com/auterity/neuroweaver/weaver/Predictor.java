package com.auterity.neuroweaver.weaver;

import com.auterity.neuroweaver.client.ChatMessage;
import com.auterity.neuroweaver.client.PredictRequest;
import com.auterity.neuroweaver.client.Prediction;
import com.auterity.neuroweaver.client.TokenAlternative;
import com.auterity.neuroweaver.client.TokenProbability;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.inference.Generation;
import com.auterity.neuroweaver.jobs.inference.GenerationRequest;
import com.auterity.neuroweaver.jobs.inference.LoadedModel;
import com.auterity.neuroweaver.jobs.inference.LoadedModels;
import com.auterity.neuroweaver.jobs.inference.ServedModel;
import com.auterity.neuroweaver.jobs.model.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Answers predictions on this node: one decode loop for each model version in use, in which what
 * arrives at the same time decodes together. Thread-safe.
 */
public final class Predictor implements AutoCloseable {
  private static final int DEFAULT_TOKENS = 256;
  private static final int DEFAULT_ALTERNATIVES = 3;
  private static final int MOST_ALTERNATIVES = 20;
  private static final List<String> ROLES = List.of("system", "user", "assistant");

  private final String node;
  private final Targets targets;
  private final LoadedModels models;
  private final PredictUsage usage;
  private final int queueLimit;

  // Guarded by this; by version id.
  private final Map<String, DecodeLoop> loops = new HashMap<>();
  private boolean closed;

  /**
   * @param queueLimit how many requests may wait for one model version; beyond it is BUSY
   */
  public Predictor(
      String node, Targets targets, LoadedModels models, PredictUsage usage, int queueLimit) {
    this.node = node;
    this.targets = targets;
    this.models = models;
    this.usage = usage;
    this.queueLimit = queueLimit;
  }

  /** Finds what answers under a name. */
  public interface Targets {
    /** A deployment of that name, else a model by name, name@version, name@alias or id. */
    Target find(String tenant, String reference);
  }

  /**
   * @param deployment null when a model was asked by its own name
   */
  public record Target(String deployment, ServedModel model) {}

  /**
   * Answers, or throws NOT_FOUND (no such model), INVALID_INPUT (bad knob, prompt longer than the
   * context), BUSY (the queue is full), UNAVAILABLE (closing).
   */
  public Prediction predict(String tenant, PredictRequest request) {
    long started = System.nanoTime();
    checkForm(request);
    Target target = targets.find(tenant, request.model());
    DecodeLoop.Answer answer = ask(tenant, target.model(), request);
    Generation generation = answer.generation();
    LoadedModel model = answer.model();
    usage.answered(tenant, target.model().versionId(), generation);
    return new Prediction(
        model.text(generation.tokens()),
        target.model().name(),
        target.model().version(),
        target.model().versionId(),
        target.deployment(),
        node,
        generation.promptTokens(),
        generation.tokens().length,
        (System.nanoTime() - started) / 1e6,
        generation.finishReason().name().toLowerCase(Locale.ROOT),
        tokens(model, generation));
  }

  private DecodeLoop.Answer ask(String tenant, ServedModel served, PredictRequest request) {
    while (true) {
      DecodeLoop loop = loop(tenant, served);
      CompletableFuture<DecodeLoop.Answer> answer =
          loop.submit(model -> generationRequest(model, request));
      if (answer == null) {
        // It went idle between the look-up and now; a new one takes its place.
        forget(loop);
        continue;
      }
      try {
        return answer.get();
      } catch (InterruptedException e) {
        answer.cancel(false);
        Thread.currentThread().interrupt();
        throw new NeuroWeaverException(ErrorKind.CANCELLED, "the prediction was interrupted");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        if (e.getCause() instanceof OutOfMemoryError) {
          throw new NeuroWeaverException(
              ErrorKind.OUT_OF_MEMORY, "the node had no memory left for this prediction");
        }
        throw new NeuroWeaverException(
            ErrorKind.INTERNAL, "the prediction failed: " + e.getCause(), Map.of(), e.getCause());
      }
    }
  }

  private synchronized DecodeLoop loop(String tenant, ServedModel served) {
    if (closed) {
      throw new NeuroWeaverException(ErrorKind.UNAVAILABLE, "this node is stopping");
    }
    return loops.computeIfAbsent(
        served.versionId(),
        id -> {
          DecodeLoop loop = new DecodeLoop(tenant, served, models, usage, queueLimit);
          loop.start();
          return loop;
        });
  }

  private synchronized void forget(DecodeLoop loop) {
    loops.values().remove(loop);
  }

  private static void checkForm(PredictRequest request) {
    if (request.model() == null || request.model().isBlank()) {
      throw NeuroWeaverException.invalid(
          "model is missing: name the deployment, or the model@version, that is to answer");
    }
    int given =
        (request.prompt() == null ? 0 : 1)
            + (request.messages() == null ? 0 : 1)
            + (request.inputs() == null ? 0 : 1);
    if (given != 1) {
      throw NeuroWeaverException.invalid(
          "give exactly one of prompt, messages and inputs; found " + given + " of them");
    }
    if (request.messages() != null) {
      checkMessages(request.messages());
    }
    if (request.prompt() != null && request.prompt().isBlank()) {
      throw NeuroWeaverException.invalid("prompt is blank; give the model something to answer");
    }
    Integer alternatives = request.alternatives();
    if (alternatives != null && (alternatives < 0 || alternatives > MOST_ALTERNATIVES)) {
      throw NeuroWeaverException.invalid(
          "alternatives must be from 0 to " + MOST_ALTERNATIVES + ", found " + alternatives);
    }
  }

  private static void checkMessages(List<ChatMessage> messages) {
    if (messages.isEmpty()) {
      throw NeuroWeaverException.invalid("messages is empty; say at least one thing as user");
    }
    for (ChatMessage message : messages) {
      if (!ROLES.contains(message.role()) || message.content() == null) {
        throw NeuroWeaverException.invalid(
            "a message needs a content and one of the roles "
                + ROLES
                + ", found role "
                + message.role());
      }
    }
  }

  private static int[] prompt(LoadedModel model, PredictRequest request) {
    if (request.prompt() != null) {
      return model.prompt(request.prompt());
    }
    if (request.inputs() != null) {
      return model.prompt(request.inputs());
    }
    return model.prompt(
        request.messages().stream().map(m -> new Message(m.role(), m.content())).toList());
  }

  private static GenerationRequest generationRequest(LoadedModel model, PredictRequest request) {
    return new GenerationRequest(
        prompt(model, request),
        or(request.maxTokens(), DEFAULT_TOKENS),
        or(request.temperature(), 0.0),
        or(request.topK(), 0),
        or(request.topP(), 1.0),
        or(request.seed(), 0L),
        or(request.alternatives(), DEFAULT_ALTERNATIVES),
        model.stopTokens());
  }

  private static <T> T or(T given, T otherwise) {
    return given == null ? otherwise : given;
  }

  private static List<TokenProbability> tokens(LoadedModel model, Generation generation) {
    List<TokenProbability> tokens = new ArrayList<>();
    for (int i = 0; i < generation.tokens().length; i++) {
      List<TokenAlternative> alternatives =
          i < generation.alternatives().size()
              ? generation.alternatives().get(i).stream()
                  .map(
                      a -> new TokenAlternative(a.token(), model.token(a.token()), a.probability()))
                  .toList()
              : List.of();
      int id = generation.tokens()[i];
      tokens.add(
          new TokenProbability(id, model.token(id), generation.probabilities()[i], alternatives));
    }
    return tokens;
  }

  /** What is being answered is answered; what waits and what comes is UNAVAILABLE. */
  @Override
  public void close() {
    List<DecodeLoop> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(loops.values());
      loops.clear();
    }
    open.forEach(DecodeLoop::close);
    usage.flush();
  }
}
