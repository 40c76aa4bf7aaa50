package com.auterity.neuroweaver.jobs.refinement;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * P(good) of a text: a linear classifier's margin through a sigmoid.
 *
 * @param coefficients weights of {@link QualityFeatures}, then the intercept
 * @param slope of the sigmoid 1 / (1 + exp(slope margin + offset))
 */
record QualityModel(double[] coefficients, double slope, double offset) {

  static double margin(double[] coefficients, double[] features) {
    double sum = coefficients[features.length];
    for (int i = 0; i < features.length; i++) {
      sum += coefficients[i] * features[i];
    }
    return sum;
  }

  double good(String text) {
    double margin = margin(coefficients, QualityFeatures.of(text));
    return 1 / (1 + StrictMath.exp(slope * margin + offset));
  }

  /** As it stands in the recipe of a job that has begun. */
  ObjectNode json() {
    ByteBuffer bytes = ByteBuffer.allocate(8 * coefficients.length);
    bytes.asDoubleBuffer().put(coefficients);
    return JsonNodeFactory.instance
        .objectNode()
        .put("coefficients", Base64.getEncoder().encodeToString(bytes.array()))
        .put("slope", slope)
        .put("offset", offset);
  }

  static QualityModel of(Knobs knobs) {
    Double slope = knobs.number("slope");
    Double offset = knobs.number("offset");
    byte[] bytes = bytes(knobs.text("coefficients"));
    if (slope == null || offset == null || bytes.length != 8 * (QualityFeatures.COUNT + 1)) {
      throw Knobs.invalid(
          knobs.place(),
          "holds coefficients, which a job that has begun writes there",
          "dataset, and column or good and bad");
    }
    double[] coefficients = new double[bytes.length / 8];
    ByteBuffer.wrap(bytes).asDoubleBuffer().get(coefficients);
    return new QualityModel(coefficients, slope, offset);
  }

  /** Nothing when it is no base 64. */
  private static byte[] bytes(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}
