package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.filter.RowFilter;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Rejects rows whose fields contradict each other. Each rule is a condition that must not fail
 * ({@code require: closed >= opened}), perhaps only for rows of another ({@code when: op_code in
 * ('OIL')}), in the language of row filters. Where a missing value leaves it open, a row passes.
 */
final class ConsistencyCheck implements Stage {
  static final String NAME = "consistency_check";
  private static final int MOST_NAME = 60;

  private record Rule(String reason, RowFilter when, RowFilter require, String text) {}

  private final List<Rule> rules = new ArrayList<>();
  private final Schema schema;

  ConsistencyCheck(Knobs knobs, Schema schema) {
    this.schema = schema;
    Set<String> reasons = new HashSet<>();
    List<JsonNode> nodes = knobs.list("rules");
    for (int i = 0; i < nodes.size(); i++) {
      Knobs rule = new Knobs(nodes.get(i), knobs.place() + ".rules[" + i + "]");
      String name = rule.text("name", "rule_" + (i + 1));
      if (name.length() > MOST_NAME || !reasons.add(name)) {
        throw Knobs.invalid(
            rule.place() + ".name",
            name.length() > MOST_NAME ? "is too long" : "is \"" + name + "\", as another rule's",
            "a name of its own, of at most " + MOST_NAME + " characters");
      }
      RowFilter when = rule.has("when") ? rule.condition("when", schema) : null;
      RowFilter require = rule.condition("require", schema);
      String text =
          rule.text("require") + (when == null ? "" : ", required when " + rule.text("when"));
      rules.add(new Rule("contradiction_" + name, when, require, text));
      rule.done();
    }
    knobs.done();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    for (Rule rule : rules) {
      if ((rule.when() == null || rule.when().holds(row)) && rule.require().fails(row)) {
        return Verdict.reject(rule.reason(), rule.text() + "; found " + found(row, rule));
      }
    }
    return Verdict.keep(row);
  }

  private String found(Row row, Rule rule) {
    List<String> found = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>(rule.require().columns());
    if (rule.when() != null) {
      names.addAll(rule.when().columns());
    }
    for (String name : names) {
      String value = row.text(schema.indexOf(name).orElseThrow());
      found.add(name + " = " + (value == null ? "null" : Shown.brief(value)));
    }
    return String.join(", ", found);
  }
}
