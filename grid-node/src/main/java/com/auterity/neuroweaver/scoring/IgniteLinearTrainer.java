package com.auterity.neuroweaver.scoring;

import com.auterity.neuroweaver.jobs.refinement.LinearTrainer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.ignite.ml.dataset.feature.extractor.Vectorizer;
import org.apache.ignite.ml.dataset.feature.extractor.impl.DummyVectorizer;
import org.apache.ignite.ml.math.primitives.vector.Vector;
import org.apache.ignite.ml.math.primitives.vector.impl.DenseVector;
import org.apache.ignite.ml.svm.SVMLinearClassificationModel;
import org.apache.ignite.ml.svm.SVMLinearClassificationTrainer;

/**
 * Apache Ignite ML's linear support vector machine (CoCoA with dual coordinate ascent, Jaggi et al.
 * 2014), over one partition with a fixed seed: its result hangs on how rows are spread, which on a
 * cache is the grid's. Its logistic regression begins at random weights and leaves them on features
 * that no row has.
 */
public final class IgniteLinearTrainer implements LinearTrainer {
  private static final int PARTITIONS = 1;
  private static final int PASSES = 50;
  private static final double LAMBDA = 0.01;
  private static final long SEED = 7;

  @Override
  public double[] fit(double[][] features, boolean[] good) {
    int width = features[0].length;
    Map<Integer, Vector> rows = new TreeMap<>();
    for (int i = 0; i < features.length; i++) {
      double[] row = Arrays.copyOf(features[i], width + 1);
      row[width] = good[i] ? 1 : 0;
      rows.put(i, new DenseVector(row));
    }
    SVMLinearClassificationModel model =
        new SVMLinearClassificationTrainer()
            .withAmountOfIterations(PASSES)
            .withAmountOfLocIterations(features.length)
            .withLambda(LAMBDA)
            .withSeed(SEED)
            .fit(
                rows,
                PARTITIONS,
                new DummyVectorizer<Integer>().labeled(Vectorizer.LabelCoordinate.LAST));
    double[] coefficients = Arrays.copyOf(model.weights().asArray(), width + 1);
    coefficients[width] = model.intercept();
    return coefficients;
  }
}
