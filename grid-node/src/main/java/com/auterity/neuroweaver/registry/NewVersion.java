package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What is registered as a model version; ids and time are the registry's. Both adapter blobs are
 * null for a base model without an adapter.
 *
 * @param configuration the training parameters; the prompt format is read from them
 */
public record NewVersion(
    String name,
    String version,
    String baseModel,
    String baseModelSha256,
    String adapterBlob,
    String adapterConfigBlob,
    String adapterSha256,
    List<String> datasetVersionIds,
    String trainingJobId,
    ObjectNode configuration,
    Map<String, Double> metrics) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,99}");

  public NewVersion {
    requireName("model name", name);
    version = SemanticVersion.parse(version).toString();
    if (baseModel == null || baseModelSha256 == null) {
      throw NeuroWeaverException.invalid(
          name + "@" + version + ": the base model's name and SHA-256 are missing");
    }
    if ((adapterBlob == null) != (adapterConfigBlob == null)) {
      throw NeuroWeaverException.invalid(
          name + "@" + version + ": an adapter needs both of its blobs, or none");
    }
    datasetVersionIds = List.copyOf(datasetVersionIds);
    configuration = configuration.deepCopy();
    metrics = new TreeMap<>(metrics);
  }

  static void requireName(String what, String name) {
    if (name == null || !NAME.matcher(name).matches()) {
      throw NeuroWeaverException.invalid(
          what
              + " '"
              + name
              + "': use lower-case letters, digits, dot, dash and underscore, at most 100 of them,"
              + " beginning with a letter or digit, for example service-advisor");
    }
  }

  /**
   * A hash over what decides the answers: base model, adapter and configuration. The dataset's
   * reference, ids and metrics are lineage: training the same bytes again is the same content.
   */
  String contentSha256() {
    ObjectNode answers = configuration.deepCopy();
    answers.remove("dataset");
    TreeMap<String, String> sorted = new TreeMap<>();
    answers.properties().forEach(e -> sorted.put(e.getKey(), e.getValue().toString()));
    String content =
        String.join("\n", baseModelSha256, adapterBlob + "", adapterConfigBlob + "", sorted + "");
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(content.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
