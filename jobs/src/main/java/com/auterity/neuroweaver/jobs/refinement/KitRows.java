package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.automotive.Kit;
import com.auterity.neuroweaver.datasets.automotive.KitDataset;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Adds rows that a kit's generator makes: {@code augment} with {@code grammar: KIT/DATASET}. Row n
 * lies in partition n modulo their number, and is a function of seed and n.
 */
final class KitRows implements ExpandingStage {
  private static final int MOST_ROWS = 10_000_000;

  private final String grammar;
  private final KitDataset kit;
  private final int[] places;
  private final int rows;
  private final long seed;
  private final LineageColumns lineage;
  private final int width;
  private long above;

  KitRows(Knobs knobs, Schema schema, String partitionBy) {
    grammar = knobs.text("grammar");
    String place = knobs.place() + ".grammar";
    kit = kit(grammar, place);
    Integer many = knobs.whole("rows", 1, MOST_ROWS);
    if (many == null) {
      throw Knobs.invalid(
          knobs.place() + ".rows", "is missing", "a whole number from 1 to " + MOST_ROWS);
    }
    rows = many;
    seed = Augment.seed(knobs);
    if (partitionBy != null) {
      throw Knobs.invalid(
          place,
          "adds rows to a dataset whose rows are placed by " + partitionBy,
          "a dataset placed by source ordinal");
    }
    List<Column> made = kit.schema().columns();
    places = new int[made.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = schema.indexOf(made.get(i).name()).orElse(-1);
      if (places[i] < 0 || schema.columns().get(places[i]).type() != made.get(i).type()) {
        throw Knobs.invalid(
            place,
            "makes the column "
                + made.get(i).name()
                + " of "
                + made.get(i).type()
                + ", which the dataset does not have",
            "a dataset with " + String.join(", ", kit.schema().names()));
      }
    }
    for (Column column : schema.columns()) {
      if (!column.nullable() && kit.schema().indexOf(column.name()).isEmpty()) {
        throw Knobs.invalid(
            place,
            "makes no value for " + column.name() + ", which must have one",
            "a dataset of the kit's columns");
      }
    }
    lineage = new LineageColumns(schema, 0, knobs.place());
    width = schema.columns().size() + lineage.added().size();
    knobs.done();
  }

  private static KitDataset kit(String grammar, String place) {
    int slash = grammar.indexOf('/');
    if (slash < 0) {
      throw Knobs.invalid(
          place, "is \"" + grammar + "\"", "a kit and a dataset of it: KIT/DATASET");
    }
    try {
      return Kit.get(grammar.substring(0, slash)).dataset(grammar.substring(slash + 1));
    } catch (NeuroWeaverException e) {
      throw Knobs.invalid(place, "is \"" + grammar + "\": " + e.getMessage(), "one of those");
    }
  }

  @Override
  public String name() {
    return Augment.NAME;
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
    return rows;
  }

  @Override
  public void know(byte[] findings) {
    above = ByteBuffer.wrap(findings).getLong();
  }

  @Override
  public Iterator<Made> own(int partition, int partitions) {
    return LongStream.iterate(partition, n -> n < rows, n -> n + partitions)
        .mapToObj(
            n -> {
              Row row = kit.row(seed, n);
              Object[] values = new Object[width];
              for (int i = 0; i < places.length; i++) {
                values[places[i]] = row.get(i);
              }
              lineage.mark(values, null, Augment.NAME, grammar + " " + seed + "/" + n);
              return new Made(n, new Row(n, values), null);
            })
        .iterator();
  }
}
