package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;

/** The keys by which a duplicate stage compares the rows of one partition. */
public final class DuplicateKeys
    implements GridFunction<DuplicateKeys.Question, DuplicateKeys.Keys> {

  /**
   * @param place which stage of the recipe asks
   * @param bucket only keys with {@code low mod buckets == bucket} are wanted
   */
  public record Question(
      String tenant,
      String sourceVersionId,
      int partition,
      String recipe,
      List<byte[]> duplicates,
      int place,
      int bucket,
      int buckets) {}

  /** Triples of big-endian longs: key, key, ordinal. */
  public record Keys(byte[] keys) {}

  @Override
  public Class<Question> inputType() {
    return Question.class;
  }

  @Override
  public Class<Keys> outputType() {
    return Keys.class;
  }

  @Override
  public Keys apply(Question question, NodeContext node) {
    Manifest source = node.datasets().get(question.tenant(), question.sourceVersionId());
    Recipe recipe = RefineSteps.recipe(question.recipe(), source, question.duplicates());
    ExactDuplicates stage = recipe.duplicates(question.place());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer triple = ByteBuffer.allocate(24);
    DatasetReader reader = new DatasetReader(node.datasets(), node.chunks());
    recipe.learn(question.place(), () -> reader.partitionRows(source, question.partition()));
    Iterator<Row> rows = reader.partitionRows(source, question.partition());
    while (rows.hasNext()) {
      Row row = recipe.before(question.place(), rows.next());
      if (row == null) {
        continue;
      }
      ExactDuplicates.RowKey key = stage.key(row);
      if (Long.remainderUnsigned(key.low(), question.buckets()) == question.bucket()) {
        triple.clear();
        triple.putLong(key.high()).putLong(key.low()).putLong(row.ordinal());
        out.writeBytes(triple.array());
      }
    }
    return new Keys(out.toByteArray());
  }
}
