package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.jobs.refinement.text.ValueInText;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Puts the values of another row of the dataset in the place of a row's: those of the columns of
 * one group together, so that make, model and VIN still belong together, in the columns and
 * wherever the texts name them. A row whose answer names a value, and is no text to be rewritten,
 * is not fit for it.
 */
final class FieldSwap implements AugmentOperation {
  static final String NAME = "field_swap";

  /** Tuples that the partitions' values are sampled to, for each group. */
  private static final int POOL = 256;

  private static final int LONGEST_VALUE = 200;
  private static final Set<String> TOLD_BY_VIN =
      Set.of("make", "model", "model_year", "year", "vin_make", "vin_model_year");

  private final Schema schema;
  private final long seed;
  private final List<List<Integer>> groups = new ArrayList<>();
  private final List<Integer> texts;
  private final List<Integer> answers;

  /** For each group the tuples it can take, in the order of their hashes. */
  private List<List<Object[]>> pools = List.of();

  FieldSwap(Knobs knobs, Schema schema, List<Integer> texts, long seed) {
    this.schema = schema;
    this.seed = seed;
    Set<Integer> swapped = new HashSet<>();
    List<JsonNode> together = knobs.list("together");
    boolean nested = together.get(0).isArray();
    for (int i = 0; i < (nested ? together.size() : 1); i++) {
      String place = knobs.place() + ".together" + (nested ? "[" + i + "]" : "");
      List<Integer> group = new ArrayList<>();
      for (JsonNode name : nested ? together.get(i) : together) {
        if (!name.isTextual()) {
          throw Knobs.invalid(
              place, "holds " + Knobs.shown(name), "a list of columns, or a list of such lists");
        }
        int column = Knobs.column(schema, name.asText(), place);
        if (!swapped.add(column)) {
          throw Knobs.invalid(place, "names " + name.asText() + " twice", "each column once");
        }
        group.add(column);
      }
      if (group.isEmpty()) {
        throw Knobs.invalid(place, "is empty", "at least one column");
      }
      refuseWithoutVin(group, place);
      groups.add(List.copyOf(group));
    }
    this.texts = knobs.has("texts") ? knobs.textColumns("texts", schema) : texts;
    answers = knobs.textColumns("answer", schema);
    for (int column : swapped) {
      if (this.texts.contains(column) || answers.contains(column)) {
        throw Knobs.invalid(
            knobs.place(),
            "swaps " + name(column) + ", which is also a text or an answer",
            "a column of its own");
      }
    }
    if (knobs.has("answer_depends_on")) {
      for (String name : knobs.texts("answer_depends_on")) {
        int column = Knobs.column(schema, name, knobs.place() + ".answer_depends_on");
        if (swapped.contains(column) && !this.texts.containsAll(answers)) {
          throw Knobs.invalid(
              knobs.place() + ".together",
              "names " + name + ", on which the answer depends",
              "to name every answer column in texts too, so that both change, or to leave "
                  + name
                  + " as it is");
        }
      }
    }
    knobs.done();
  }

  private void refuseWithoutVin(List<Integer> group, String place) {
    for (int i = 0; i < schema.columns().size(); i++) {
      Column column = schema.columns().get(i);
      boolean vin = column.semantic() == SemanticType.VIN || column.name().equals("vin");
      if (vin && !group.contains(i)) {
        for (int swapped : group) {
          if (TOLD_BY_VIN.contains(name(swapped))) {
            throw Knobs.invalid(
                place,
                "names " + name(swapped) + " without " + column.name() + ", which tells it too",
                "both together");
          }
        }
      }
    }
  }

  private String name(int column) {
    return schema.columns().get(column).name();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Integer> columns() {
    List<Integer> columns = new ArrayList<>(texts);
    groups.forEach(columns::addAll);
    return columns;
  }

  /** Collects the tuples of rows; those of the lowest hashes stay, in whatever order rows come. */
  final class Pools {
    private final List<TreeMap<Long, String>> kept = new ArrayList<>();

    Pools() {
      groups.forEach(group -> kept.add(new TreeMap<>()));
    }

    void add(Row row) {
      for (int g = 0; g < groups.size(); g++) {
        ArrayNode tuple = JsonNodeFactory.instance.arrayNode();
        for (int column : groups.get(g)) {
          String text = row.text(column);
          if (text == null || text.isBlank() || text.length() > LONGEST_VALUE) {
            tuple = null;
            break;
          }
          tuple.add(text);
        }
        if (tuple != null) {
          add(g, tuple.toString());
        }
      }
    }

    void add(JsonNode pools) {
      for (int g = 0; g < kept.size(); g++) {
        for (JsonNode tuple : pools.get(g)) {
          add(g, tuple.toString());
        }
      }
    }

    private void add(int group, String tuple) {
      TreeMap<Long, String> pool = kept.get(group);
      long hash = Draws.hash(seed + group, tuple);
      if (pool.size() < POOL || hash < pool.lastKey()) {
        // Of two tuples with one hash the lesser stays, whichever comes first.
        pool.merge(hash, tuple, (a, b) -> a.compareTo(b) <= 0 ? a : b);
        if (pool.size() > POOL) {
          pool.pollLastEntry();
        }
      }
    }

    ArrayNode json() {
      ArrayNode pools = JsonNodeFactory.instance.arrayNode();
      for (TreeMap<Long, String> pool : kept) {
        ArrayNode tuples = pools.addArray();
        pool.values().forEach(tuple -> tuples.add(RefineSteps.json(tuple)));
      }
      return pools;
    }
  }

  void know(JsonNode found) {
    List<List<Object[]>> known = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      List<Object[]> pool = new ArrayList<>();
      for (JsonNode tuple : found.get(g)) {
        Object[] values = new Object[tuple.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] =
              Values.as(tuple.get(i).asText(), schema.columns().get(groups.get(g).get(i)).type());
        }
        pool.add(values);
      }
      known.add(pool);
    }
    pools = known;
  }

  @Override
  public Row apply(Row row, SplittableRandom random) {
    List<ValueInText> swaps = new ArrayList<>();
    Row result = row;
    for (int g = 0; g < groups.size(); g++) {
      List<Integer> group = groups.get(g);
      List<Object[]> others =
          pools.get(g).stream().filter(tuple -> differs(tuple, group, row)).toList();
      int drawn = random.nextInt(Math.max(1, others.size()));
      if (others.isEmpty() || group.stream().anyMatch(column -> row.get(column) == null)) {
        continue;
      }
      Object[] tuple = others.get(drawn);
      for (int i = 0; i < tuple.length; i++) {
        int column = group.get(i);
        if (!tuple[i].equals(row.get(column))) {
          swaps.add(new ValueInText(row.get(column), tuple[i]));
          result = result.with(column, tuple[i]);
        }
      }
    }
    for (int answer : answers) {
      String text = row.text(answer);
      if (text != null
          && !texts.contains(answer)
          && swaps.stream().anyMatch(swap -> swap.standsIn(text))) {
        return null;
      }
    }
    for (int column : texts) {
      String text = row.text(column);
      if (text != null) {
        String changed = ValueInText.replaced(text, swaps);
        if (changed == null) {
          return null;
        }
        result = changed.equals(text) ? result : result.with(column, changed);
      }
    }
    return result;
  }

  private static boolean differs(Object[] tuple, List<Integer> group, Row row) {
    for (int i = 0; i < tuple.length; i++) {
      if (!tuple[i].equals(row.get(group.get(i)))) {
        return true;
      }
    }
    return false;
  }
}
