package com.auterity.neuroweaver.bench.llama;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * llama.cpp as a peer: one JSON object on each line of standard input, one answer for each, a JSON
 * object on one line of standard output, until {@code quit} or the end of the input. A line that
 * does not begin with a brace is no answer; all logs go to standard error. Unknown keys are
 * refused.
 *
 * <ul>
 *   <li>{@code {"op":"load","model":FILE}} loads a GGUF file in place of the one before. Further
 *       keys: {@code lora} (GGUF adapter or null), {@code threads} (2), {@code context} (tokens for
 *       each stream, 1024), {@code parallel} (streams at once, 1), {@code flash_attention} (false),
 *       {@code batch} (2048) and {@code micro_batch} (512) tokens, {@code cache} ("f16" or "f32":
 *       how keys and values are kept). Answers {@code {"ok":true,"seconds":S,"library":"llama.cpp
 *       ..."}}.
 *   <li>{@code {"op":"tokenize","text":T}} answers {@code {"ok":true,"ids":[...]}}; special tokens
 *       written in the text become their ids, none is added.
 *   <li>{@code {"op":"generate","prompts":[TEXT or [ID, ...], ...],"max_tokens":N}} goes on from
 *       each prompt greedily, without a prompt cache. Further keys: {@code concurrent} (all at once
 *       through continuous batching, or, the default, one after another), {@code ignore_eos} (true:
 *       tokens that end an answer are never chosen, so that N come; false: they end it). Answers
 *       {@code {"ok":true,"texts":[...],"pieces":[[...],...],"tokens":[n,...],"prompt_tokens":n,
 *       "seconds":S,"prefill_seconds":S,"decode_seconds":S}}: {@code pieces} are the tokens' texts
 *       as they came (tokens that are part of a character together); {@code tokens} N with
 *       ignore_eos, else the number of pieces; {@code prompt_tokens} the sum over the prompts;
 *       prefill is until the last stream's first token (one after another: the sum of those times),
 *       decode the rest.
 *   <li>{@code {"op":"quit"}} answers {@code {"ok":true}} and ends the process.
 * </ul>
 *
 * A request that fails is answered {@code {"ok":false,"error":MESSAGE}}, and the next is read. The
 * native library unpacks into the folder of the system property {@code de.kherud.llama.tmpdir},
 * else into a temporary one that goes with the process.
 */
public final class LlamaPeer {
  private static final String UNPACK_FOLDER = "de.kherud.llama.tmpdir";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private LlamaPeer() {}

  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    // The library's loader prints; whatever a library prints is no answer.
    System.setOut(System.err);
    if (System.getProperty(UNPACK_FOLDER) == null) {
      // The loader deletes whatever is called llama* there, so the folder is ours alone.
      Path folder = Files.createTempDirectory("neuroweaver-peer");
      folder.toFile().deleteOnExit();
      System.setProperty(UNPACK_FOLDER, folder.toString());
    }
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Llama llama = null;
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      ObjectNode answer = JSON.createObjectNode().put("ok", true);
      boolean last = false;
      try {
        Request request = new Request(JSON.readTree(line));
        String op = request.text("op");
        switch (op) {
          case "load" -> {
            if (llama != null) {
              llama.close();
              llama = null;
            }
            llama = new Llama(request, answer);
          }
          case "tokenize" -> loaded(llama).tokenize(request, answer);
          case "generate" -> loaded(llama).generate(request, answer);
          case "quit" -> {
            request.end();
            last = true;
          }
          default ->
              throw new IllegalArgumentException(
                  "op is \"" + op + "\"; right would be load, tokenize, generate or quit");
        }
      } catch (Exception | LinkageError | OutOfMemoryError e) {
        e.printStackTrace();
        answer =
            JSON.createObjectNode()
                .put("ok", false)
                .put("error", e.getMessage() == null ? e.toString() : e.getMessage());
      }
      answers.println(oneLine(answer));
      answers.flush();
      if (last) {
        break;
      }
    }
    if (llama != null) {
      llama.close();
    }
    System.exit(0);
  }

  private static Llama loaded(Llama llama) {
    if (llama == null) {
      throw new IllegalStateException("no model is loaded; send a load request first");
    }
    return llama;
  }

  private static String oneLine(JsonNode answer) throws IOException {
    return JSON.writeValueAsString(answer);
  }
}
