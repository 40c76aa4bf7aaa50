package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.PredictRequest;
import com.auterity.neuroweaver.client.Prediction;
import com.auterity.neuroweaver.client.TokenAlternative;
import com.auterity.neuroweaver.client.TokenProbability;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "predict",
    description = "Ask a deployment or model for an answer.",
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
  @Mixin private Connection connection;
  @Mixin private Printer printer;

  @Parameters(index = "0", paramLabel = "MODEL", description = "Deployment or model.")
  private String model;

  @Parameters(index = "1", arity = "0..1", paramLabel = "PROMPT", description = "The prompt.")
  private String prompt;

  @Option(
      names = "--input",
      paramLabel = "COLUMN=VALUE",
      description = "A column of the prompt's template; may be repeated.")
  private Map<String, Object> inputs = new LinkedHashMap<>();

  @Option(names = "--max-tokens")
  private Integer maxTokens;

  @Option(names = "--temperature", description = "0 is greedy (the default).")
  private Double temperature;

  @Option(names = "--top-k")
  private Integer topK;

  @Option(names = "--top-p")
  private Double topP;

  @Option(names = "--seed")
  private Long seed;

  @Option(names = "--alternatives", description = "Likeliest other tokens to show for each.")
  private Integer alternatives;

  @Override
  public Integer call() {
    if (prompt == null && inputs.isEmpty()) {
      throw new UsageException("predict needs a PROMPT, or --input COLUMN=VALUE");
    }
    Prediction answer =
        connection
            .client()
            .predict(
                new PredictRequest(
                    model,
                    prompt,
                    null,
                    inputs.isEmpty() ? null : inputs,
                    maxTokens,
                    temperature,
                    topK,
                    topP,
                    seed,
                    alternatives));
    printer.print(
        answer,
        out -> {
          out.println(answer.text());
          out.println(
              "-- "
                  + answer.model()
                  + " "
                  + answer.modelVersion()
                  + ", "
                  + answer.tokensIn()
                  + " tokens in, "
                  + answer.tokensOut()
                  + " out, "
                  + Printer.decimal(answer.latencyMs(), 1)
                  + " ms, "
                  + answer.finishReason());
          if (alternatives != null) {
            TextTable table = new TextTable("TOKEN", "PROBABILITY", "ALTERNATIVES");
            answer
                .tokens()
                .forEach(
                    t ->
                        table.row(
                            "'" + t.token() + "'", Printer.decimal(t.probability(), 4), others(t)));
            table.print(out);
          }
        });
    return ExitCode.OK;
  }

  private static String others(TokenProbability token) {
    return token.alternatives().stream()
        .map((TokenAlternative a) -> "'" + a.token() + "' " + Printer.decimal(a.probability(), 4))
        .collect(Collectors.joining("  "));
  }
}
