package com.auterity.neuroweaver.jobs.evaluation;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** How often a look-up of keywords finds the operation code: what a model has to beat. */
final class KeywordMeasure {
  private final DatasetReader reader;
  private final EvaluationConfig config;

  KeywordMeasure(DatasetCatalog datasets, ChunkStore chunks, EvaluationConfig config) {
    this.reader = new DatasetReader(datasets, chunks);
    this.config = config;
  }

  static void check(EvaluationConfig config, Manifest manifest) {
    for (String column : List.of(config.keywordText(), config.format().answerColumn())) {
      if (manifest.schema().indexOf(column).isEmpty()) {
        throw NeuroWeaverException.invalid(
            "evaluate: keyword_baseline needs column '%s', which dataset '%s' does not have; it has %s"
                .formatted(column, manifest.name(), manifest.schema().names()));
      }
    }
  }

  /** The share of evaluated rows whose code it finds, fitted on other rows. */
  double accuracy(Manifest fitOn, Manifest evaluated) {
    KeywordBaseline baseline = KeywordBaseline.fit(examples(fitOn));
    List<KeywordBaseline.Example> rows = examples(evaluated);
    long right =
        rows.stream()
            .filter(row -> row.opCode().equals(baseline.predict(row.customerText())))
            .count();
    return (double) right / rows.size();
  }

  private List<KeywordBaseline.Example> examples(Manifest manifest) {
    int text = manifest.schema().indexOf(config.keywordText()).orElseThrow();
    int answer = manifest.schema().indexOf(config.format().answerColumn()).orElseThrow();
    List<KeywordBaseline.Example> examples = new ArrayList<>();
    for (int partition :
        manifest.chunks().stream().mapToInt(ChunkInfo::partition).distinct().toArray()) {
      for (Row row : reader.partition(manifest, partition)) {
        JsonNode json = row.text(answer) == null ? null : AnswerScore.object(row.text(answer));
        if (json != null && json.path(config.opCodeField()).isTextual() && row.text(text) != null) {
          examples.add(
              new KeywordBaseline.Example(
                  row.text(text), json.get(config.opCodeField()).textValue()));
        }
      }
    }
    if (examples.isEmpty()) {
      throw NeuroWeaverException.invalid(
          "evaluate: no row of dataset '%s' has an answer with a field '%s' for keyword_baseline"
              .formatted(manifest.name(), config.opCodeField()));
    }
    return examples;
  }
}
