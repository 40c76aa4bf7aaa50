package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.filter.RowFilter;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes copies of rows that differ as real ones do: mistyped, misheard, said otherwise, about
 * another vehicle. Columns that no operation names are as in the row copied, the answer among them.
 * A copy that came out as its source or as another copy is left out.
 */
final class Augment implements ExpandingStage {
  static final String NAME = "augment";

  /** Rows with longer texts are not copied. */
  static final int LONGEST = 100_000;

  private static final int MOST_COPIES = 20;

  private final List<Integer> texts;
  private final int copies;
  private final double fraction;
  private final RowFilter where;
  private final long seed;
  private final List<AugmentOperation> operations = new ArrayList<>();
  private final LineageColumns lineage;
  private final int width;
  private FieldSwap swap;
  private long above;

  /** What the knobs ask for: copies of rows, or rows of a kit. */
  static ExpandingStage of(Knobs knobs, Schema schema, String partitionBy) {
    return knobs.has("grammar")
        ? new KitRows(knobs, schema, partitionBy)
        : new Augment(knobs, schema);
  }

  private Augment(Knobs knobs, Schema schema) {
    texts = knobs.textColumns("columns", schema);
    copies = knobs.whole("copies", 1, 1, MOST_COPIES);
    fraction = knobs.number("fraction", 1, 0.000001, 1);
    where = where(knobs, schema);
    seed = seed(knobs);
    List<JsonNode> list = knobs.list("operations");
    for (int i = 0; i < list.size(); i++) {
      operations.add(operation(list.get(i), knobs.place() + ".operations[" + i + "]", schema));
    }
    lineage = new LineageColumns(schema, 0, knobs.place());
    width = schema.columns().size() + lineage.added().size();
    knobs.done();
  }

  static long seed(Knobs knobs) {
    return knobs.whole("seed", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  static RowFilter where(Knobs knobs, Schema schema) {
    if (!knobs.has("where")) {
      return null;
    }
    return condition(knobs.text("where"), schema, knobs.place() + ".where");
  }

  static RowFilter condition(String text, Schema schema, String place) {
    try {
      return RowFilter.parse(text, schema);
    } catch (NeuroWeaverException e) {
      throw Knobs.invalid(
          place, "is \"" + text + "\": " + e.getMessage(), "a condition over columns");
    }
  }

  /** Written as {@code typos}, or as {@code typos: {rate: 0.2}}. */
  private AugmentOperation operation(JsonNode node, String place, Schema schema) {
    String name;
    JsonNode options = JsonNodeFactory.instance.objectNode();
    if (node.isTextual()) {
      name = node.asText();
    } else if (node.isObject() && node.size() == 1) {
      name = node.fieldNames().next();
      options = node.get(name);
    } else {
      throw Knobs.invalid(
          place, "is " + Knobs.shown(node), "a name such as typos, or one name with its options");
    }
    Knobs knobs = new Knobs(options, place + "." + name);
    switch (name) {
      case Typos.NAME:
        return new TextOperation(name, texts, new Typos(knobs));
      case SpeechNoise.NAME:
        return new TextOperation(name, texts, new SpeechNoise(knobs));
      case Paraphrase.NAME:
        return new TextOperation(name, texts, new Paraphrase(knobs, options));
      case FieldSwap.NAME:
        if (swap != null) {
          throw Knobs.invalid(place, "is a second field_swap", "one with all groups");
        }
        if (!operations.isEmpty()) {
          throw Knobs.invalid(
              place, "stands behind what changes the texts it must read", "field_swap first");
        }
        swap = new FieldSwap(knobs, schema, texts, seed);
        return swap;
      default:
        throw Knobs.invalid(
            place,
            "is \"" + name + "\"",
            "one of "
                + String.join(", ", Typos.NAME, SpeechNoise.NAME, Paraphrase.NAME, FieldSwap.NAME));
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Integer> columns() {
    List<Integer> columns = new ArrayList<>(texts);
    operations.forEach(operation -> columns.addAll(operation.columns()));
    return columns;
  }

  @Override
  public List<Column> added() {
    return lineage.added();
  }

  @Override
  public long above() {
    return above;
  }

  @Override
  public long span(long below) {
    return Math.multiplyExact(below, copies);
  }

  /** Beside the ordinals the values that a field swap can put in. */
  @Override
  public Findings survey(Survey survey) {
    if (swap == null) {
      return ExpandingStage.ordinals(survey);
    }
    FieldSwap.Pools pools = swap.new Pools();
    long[] top = {0};
    survey.askAll(
        new byte[0],
        (partition, bytes) -> {
          ByteBuffer answer = ByteBuffer.wrap(bytes);
          top[0] = Math.max(top[0], answer.getLong() + 1);
          pools.add(RefineSteps.json(rest(answer)));
        });
    byte[] said = said(top[0], pools);
    return partition -> said;
  }

  @Override
  public byte[] collect(byte[] question, PartitionView partition) {
    if (swap == null) {
      return ExpandingStage.super.collect(question, partition);
    }
    FieldSwap.Pools pools = swap.new Pools();
    for (Iterator<Row> rows = partition.stored(); rows.hasNext(); ) {
      Row row = partition.entering(rows.next());
      if (row != null) {
        pools.add(row);
      }
    }
    return said(partition.lastOrdinal(), pools);
  }

  private static byte[] said(long ordinal, FieldSwap.Pools pools) {
    byte[] json = pools.json().toString().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + json.length).putLong(ordinal).put(json).array();
  }

  private static String rest(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  @Override
  public void know(byte[] findings) {
    ByteBuffer known = ByteBuffer.wrap(findings);
    above = known.getLong();
    if (swap != null) {
      swap.know(RefineSteps.json(rest(known)));
    }
  }

  @Override
  public List<Made> from(Row row, Tally tally) {
    if (!Draws.chosen(seed, row.ordinal(), fraction)
        || (where != null && !where.holds(row))
        || texts.stream().anyMatch(column -> isLong(row.text(column)))) {
      return List.of();
    }
    List<Made> made = new ArrayList<>();
    List<Row> seen = new ArrayList<>(List.of(row));
    for (int copy = 0; copy < copies; copy++) {
      SplittableRandom random = Draws.of(seed, row.ordinal(), copy);
      Row changed = row;
      StringBuilder how = new StringBuilder();
      for (AugmentOperation operation : operations) {
        Row next = changed == null ? null : operation.apply(changed, random.split());
        if (next != null && next != changed) {
          how.append(how.length() == 0 ? "" : "+").append(operation.name());
        }
        changed = next;
      }
      if (changed == null || seen.contains(changed)) {
        continue;
      }
      seen.add(changed);
      Object[] values = Arrays.copyOf(changed.toArray(), Math.max(changed.size(), width));
      lineage.mark(values, row, NAME, how + " " + (copy + 1));
      made.add(new Made(row.ordinal() * copies + copy, new Row(row.ordinal(), values), null));
    }
    return made;
  }

  private static boolean isLong(String text) {
    return text != null && text.length() > LONGEST;
  }
}
