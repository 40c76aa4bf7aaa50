package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.PartitionWriter;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

/**
 * Answers the rows of one partition where it lies and writes them, with their answers, as the
 * partition of the new version. Doing it again writes the same bytes.
 */
public final class InferPartition
    implements GridFunction<InferPartition.Input, InferPartition.Output> {
  /** How many rows are tokenized and answered at a time; bounds memory, not the decode batch. */
  private static final int ROWS = 256;

  /** Which partition (its first {@code rows}), by which model, into which version. */
  public record Input(
      String tenant,
      String versionId,
      String newVersionId,
      int partition,
      long rows,
      ServedModel model,
      String outputColumn,
      InferParameters.Sampling sampling) {}

  /** What was written, and what it took; {@code failed} rows have no answer but an error. */
  public record Output(
      List<ChunkInfo> chunks, long rows, long failed, long tokensIn, long tokensOut) {}

  @Override
  public Class<Input> inputType() {
    return Input.class;
  }

  @Override
  public Class<Output> outputType() {
    return Output.class;
  }

  /** The columns of the answers, after those of the dataset. */
  static Schema withAnswers(Schema schema, String output) {
    List<Column> columns = new ArrayList<>(schema.columns());
    columns.add(new Column(output, ColumnType.STRING, true, SemanticType.FREE_TEXT));
    columns.add(Column.of(output + "_tokens", ColumnType.INT64));
    columns.add(Column.of(output + "_finish_reason", ColumnType.STRING));
    columns.add(Column.of(output + "_error", ColumnType.STRING));
    for (Column column : columns.subList(schema.columns().size(), columns.size())) {
      if (schema.indexOf(column.name()).isPresent()) {
        throw NeuroWeaverException.invalid(
            "infer: the dataset has a column '"
                + column.name()
                + "' already; choose another output_column");
      }
    }
    return new Schema(columns);
  }

  @Override
  public Output apply(Input input, NodeContext node) throws Exception {
    // In the compute threads, so that as many partitions decode at once as the node has workers.
    try {
      return node.workers().submit(() -> node.meter().measure(() -> answer(input, node))).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static Output answer(Input input, NodeContext node) {
    Manifest source = node.datasets().get(input.tenant(), input.versionId());
    Iterator<Row> rows =
        new DatasetReader(node.datasets(), node.chunks()).partitionRows(source, input.partition());
    long done = 0;
    long failed = 0;
    long tokensIn = 0;
    long tokensOut = 0;
    try (LoadedModels.Lease lease = LoadedModels.on(node).acquire(input.model());
        PartitionWriter writer =
            new PartitionWriter(
                node.chunks(),
                input.tenant(),
                input.newVersionId(),
                input.partition(),
                withAnswers(source.schema(), input.outputColumn()))) {
      LoadedModel model = lease.model();
      model.check(source.schema());
      while (done < input.rows() && rows.hasNext()) {
        List<Row> slice = new ArrayList<>();
        while (slice.size() < Math.min(ROWS, input.rows() - done) && rows.hasNext()) {
          slice.add(rows.next());
        }
        Answers answers = Answers.of(model, source.schema(), slice, input.sampling());
        node.meter().tokensIn(answers.tokensIn());
        node.meter().tokensOut(answers.tokensOut());
        done += slice.size();
        failed += answers.failed();
        tokensIn += answers.tokensIn();
        tokensOut += answers.tokensOut();
        for (int i = 0; i < slice.size(); i++) {
          writer.add(answers.append(slice.get(i), i));
        }
      }
      return new Output(writer.finish(), done, failed, tokensIn, tokensOut);
    }
  }

  /** The answers to some rows, in their order; null where there is an error instead. */
  private record Answers(LoadedModel model, List<Generation> generations, List<String> errors) {
    static Answers of(
        LoadedModel model, Schema schema, List<Row> rows, InferParameters.Sampling sampling) {
      List<String> errors = new ArrayList<>();
      List<GenerationRequest> requests = new ArrayList<>();
      for (Row row : rows) {
        String error = null;
        try {
          int[] prompt = model.prompt(schema, row);
          if (prompt == null) {
            error = "the prompt is blank";
          } else {
            requests.add(request(model, prompt, row, sampling));
          }
        } catch (NeuroWeaverException e) {
          // One row that cannot be asked says so in its place and stops nobody else.
          if (e.kind() != ErrorKind.INVALID_INPUT) {
            throw e;
          }
          error = e.getMessage();
        }
        errors.add(error);
      }
      List<Generation> answered = model.engine().generate(requests);
      List<Generation> inPlace = new ArrayList<>();
      int next = 0;
      for (String error : errors) {
        inPlace.add(error == null ? answered.get(next++) : null);
      }
      return new Answers(model, inPlace, errors);
    }

    private static GenerationRequest request(
        LoadedModel model, int[] prompt, Row row, InferParameters.Sampling sampling) {
      return new GenerationRequest(
          prompt,
          sampling.maxTokens(),
          sampling.temperature(),
          sampling.topK(),
          sampling.topP(),
          sampling.seed() * 0x9E3779B97F4A7C15L + row.ordinal(),
          0,
          model.stopTokens());
    }

    Row append(Row row, int index) {
      Object[] values = Arrays.copyOf(row.toArray(), row.size() + 4);
      Generation generation = generations.get(index);
      if (generation != null) {
        values[row.size()] = model.text(generation.tokens());
        values[row.size() + 1] = (long) generation.tokens().length;
        values[row.size() + 2] = generation.finishReason().name().toLowerCase(Locale.ROOT);
      }
      values[row.size() + 3] = errors.get(index);
      return new Row(row.ordinal(), values);
    }

    long failed() {
      return errors.stream().filter(Objects::nonNull).count();
    }

    long tokensIn() {
      return generations.stream()
          .filter(Objects::nonNull)
          .mapToLong(Generation::promptTokens)
          .sum();
    }

    long tokensOut() {
      return generations.stream()
          .filter(Objects::nonNull)
          .mapToLong(generation -> generation.tokens().length)
          .sum();
    }
  }
}
