package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;

/**
 * Rejects rows that a classifier, trained when the job begins from rows whose quality is known,
 * finds to be probably bad (as GPT-3's data were chosen, Brown et al. 2020, appendix A). Can keep
 * P(good) in a column. Rows without text pass.
 */
final class QualityClassifier implements Stage {
  static final String NAME = "quality_classifier";

  private final List<Integer> columns;
  private final double threshold;
  private final Column scoreColumn;
  private final int scorePlace;
  // Null before the job has begun.
  private final QualityModel model;

  QualityClassifier(Knobs knobs, Schema schema) {
    columns = knobs.textColumns("columns", schema);
    JsonNode labels = knobs.object(QualityTraining.LABELS);
    Knobs inside = new Knobs(labels, knobs.place() + "." + QualityTraining.LABELS);
    if (QualityTraining.trained(labels)) {
      model = QualityModel.of(inside);
    } else {
      model = null;
      QualityLabels.of(inside);
    }
    threshold = knobs.number("threshold", 0.5, 0, 1);
    scoreColumn =
        knobs.has("score_column")
            ? Column.of(knobs.text("score_column"), ColumnType.FLOAT64)
            : null;
    scorePlace = schema.columns().size();
    knobs.done();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Column> added() {
    return scoreColumn == null ? List.of() : List.of(scoreColumn);
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    String text = QualityFeatures.text(row, columns);
    if (text == null) {
      return Verdict.keep(row);
    }
    double good = model.good(text);
    if (good < threshold) {
      return Verdict.reject(
          "low_quality", String.format(Locale.ROOT, "P(good) is %.4f, below %s", good, threshold));
    }
    return Verdict.keep(scoreColumn == null ? row : row.with(scorePlace, good));
  }
}
