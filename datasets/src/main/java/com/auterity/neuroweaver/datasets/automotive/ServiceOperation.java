package com.auterity.neuroweaver.datasets.automotive;

import java.util.List;

/**
 * One thing a service department does.
 *
 * @param code operation code: three capitals and two digits
 * @param hours labor time
 * @param reply what the advisor answers
 */
public record ServiceOperation(
    String code, String system, Urgency urgency, List<String> parts, double hours, String reply) {
  public ServiceOperation {
    parts = List.copyOf(parts);
  }
}
