package com.auterity.neuroweaver.bench.llama;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaIterator;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.CacheType;
import de.kherud.llama.args.Sampler;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A loaded model and what is asked of it. */
final class Llama implements AutoCloseable {
  private static final double NANOS = 1e9;

  private final LlamaModel model;
  private final int context;

  Llama(Request request, ObjectNode answer) {
    String file = existing("model", request.text("model"));
    String lora = request.text("lora", null);
    this.context = request.positive("context", 1024);
    int parallel = request.positive("parallel", 1);
    int threads = request.positive("threads", 2);
    ModelParameters parameters =
        new ModelParameters()
            .setModel(file)
            .setThreads(threads)
            .setThreadsBatch(threads)
            .setCtxSize(Math.multiplyExact(context, parallel))
            .setParallel(parallel)
            .setBatchSize(request.positive("batch", 2048))
            .setUbatchSize(request.positive("micro_batch", 512))
            .setGpuLayers(0)
            .enableSpecial()
            .disableContextShift()
            // Otherwise a request takes the slot whose last prompt resembles its own.
            .setSlotPromptSimilarity(0f);
    CacheType cache =
        switch (request.text("cache", "f16")) {
          case "f16" -> CacheType.F16;
          case "f32" -> CacheType.F32;
          default -> throw new IllegalArgumentException("cache must be \"f16\" or \"f32\"");
        };
    parameters.setCacheTypeK(cache).setCacheTypeV(cache);
    if (request.flag("flash_attention", false)) {
      parameters.enableFlashAttn();
    }
    if (lora != null) {
      parameters.addLoraAdapter(existing("lora", lora));
    }
    request.end();
    long begin = System.nanoTime();
    this.model = new LlamaModel(parameters);
    answer.put("seconds", (System.nanoTime() - begin) / NANOS);
    answer.put("library", "llama.cpp in de.kherud:llama:4.2.0");
  }

  private static String existing(String key, String name) {
    if (!Files.isRegularFile(Path.of(name))) {
      throw new IllegalArgumentException("%s: there is no file %s".formatted(key, name));
    }
    return name;
  }

  void tokenize(Request request, ObjectNode answer) {
    String text = request.text("text");
    request.end();
    ArrayNode ids = answer.putArray("ids");
    for (int id : model.encode(text)) {
      ids.add(id);
    }
  }

  void generate(Request request, ObjectNode answer) throws InterruptedException {
    List<JsonNode> prompts = request.prompts("prompts");
    int maxTokens = request.positive("max_tokens");
    boolean concurrent = request.flag("concurrent", false);
    boolean ignoreEos = request.flag("ignore_eos", true);
    request.end();
    int promptTokens = 0;
    List<InferenceParameters> parameters = new ArrayList<>();
    for (JsonNode prompt : prompts) {
      int length = prompt.isArray() ? prompt.size() : model.encode(prompt.asText()).length;
      if (length + maxTokens > context) {
        throw new IllegalArgumentException(
            "a prompt of %d tokens and %d more do not fit the context of %d"
                .formatted(length, maxTokens, context));
      }
      promptTokens += length;
      parameters.add(greedy(prompt, maxTokens, ignoreEos));
    }
    long prefill = 0;
    List<Answer> answers = new ArrayList<>();
    long begin = System.nanoTime();
    if (concurrent) {
      // All are queued before any answer is awaited.
      for (InferenceParameters each : parameters) {
        answers.add(new Answer(model.generate(each).iterator()));
      }
      List<Thread> threads = answers.stream().map(Thread::new).toList();
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      for (Answer each : answers) {
        prefill = Math.max(prefill, each.first - begin);
      }
    } else {
      for (InferenceParameters each : parameters) {
        long asked = System.nanoTime();
        Answer only = new Answer(model.generate(each).iterator());
        only.run();
        prefill += only.first - asked;
        answers.add(only);
      }
    }
    long total = System.nanoTime() - begin;
    ArrayNode texts = answer.putArray("texts");
    ArrayNode pieces = answer.putArray("pieces");
    ArrayNode tokens = answer.putArray("tokens");
    for (Answer each : answers) {
      if (each.problem != null) {
        throw each.problem;
      }
      texts.add(String.join("", each.pieces));
      each.pieces.forEach(pieces.addArray()::add);
      tokens.add(ignoreEos ? maxTokens : each.pieces.size());
    }
    answer.put("prompt_tokens", promptTokens);
    answer.put("seconds", total / NANOS);
    answer.put("prefill_seconds", prefill / NANOS);
    answer.put("decode_seconds", (total - prefill) / NANOS);
  }

  private static InferenceParameters greedy(JsonNode prompt, int maxTokens, boolean ignoreEos) {
    InferenceParameters parameters =
        new InferenceParameters(prompt.isTextual() ? prompt.asText() : "")
            .setNPredict(maxTokens)
            .setSamplers(Sampler.TOP_K)
            .setTopK(1)
            .setCachePrompt(false)
            .setIgnoreEos(ignoreEos);
    if (prompt.isArray()) {
      ids(parameters).put("prompt", prompt.toString());
    }
    return parameters;
  }

  /** The server behind the library takes ids as a prompt; the library has no method for it. */
  @SuppressWarnings("unchecked")
  private static Map<String, String> ids(InferenceParameters parameters) {
    try {
      Field field = parameters.getClass().getSuperclass().getDeclaredField("parameters");
      field.setAccessible(true);
      return (Map<String, String>) field.get(parameters);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this version of the library keeps its parameters elsewhere", e);
    }
  }

  @Override
  public void close() {
    model.close();
  }

  /** Takes one answer in as it comes. */
  private static final class Answer implements Runnable {
    private final LlamaIterator outputs;
    final List<String> pieces = new ArrayList<>();
    long first;
    RuntimeException problem;

    Answer(LlamaIterator outputs) {
      this.outputs = outputs;
    }

    @Override
    public void run() {
      try {
        while (outputs.hasNext()) {
          String piece = outputs.next().text;
          if (first == 0) {
            first = System.nanoTime();
          }
          // The end is announced by an output of its own, without text.
          if (outputs.hasNext() || !piece.isEmpty()) {
            pieces.add(piece);
          }
        }
      } catch (RuntimeException e) {
        problem = e;
      }
    }
  }
}
