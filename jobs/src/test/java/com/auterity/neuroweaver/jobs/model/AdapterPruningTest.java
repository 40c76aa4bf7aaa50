package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdapterPruningTest {
  private static final ModelConfig MODEL = TinyModels.tiny(true, false);

  /** Of this true rank, stored with a higher one: what is beyond depends on what comes before. */
  private static LoraAdapter adapter(int stored, int trueRank, boolean rslora) {
    LoraConfig config =
        new LoraConfig(
            stored,
            7,
            0,
            LoraTargets.named(List.of("q_proj", "k_proj", "down_proj")),
            rslora,
            java.util.Map.of(),
            java.util.Map.of());
    LoraAdapter adapter = LoraAdapter.init(MODEL, config, 3);
    Random random = new Random(4);
    float[] p = adapter.parameters();
    for (LoraMap map : adapter.maps()) {
      double[][] mix = new double[stored][trueRank];
      for (double[] row : mix) {
        for (int t = 0; t < trueRank; t++) {
          row[t] = random.nextGaussian();
        }
      }
      for (int i = 0; i < map.b().rows(); i++) {
        double[] few = random.doubles(trueRank, -1, 1).toArray();
        for (int k = 0; k < stored; k++) {
          double sum = 0;
          for (int t = 0; t < trueRank; t++) {
            sum += few[t] * mix[k][t];
          }
          p[map.b().offset() + i * stored + k] = (float) sum;
        }
      }
    }
    return adapter;
  }

  /** scale B A, formed the obvious way. */
  private static double[][] product(LoraAdapter adapter, LoraMap map) {
    double[][] product = new double[map.b().rows()][map.a().cols()];
    float[] p = adapter.parameters();
    for (int i = 0; i < product.length; i++) {
      for (int k = 0; k < map.rank(); k++) {
        double factor = (double) map.scale() * p[map.b().offset() + i * map.rank() + k];
        for (int j = 0; j < product[i].length; j++) {
          product[i][j] += factor * p[map.a().offset() + k * product[i].length + j];
        }
      }
    }
    return product;
  }

  private static double distance(double[][] x, double[][] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[i].length; j++) {
        double d = x[i][j] - (y == null ? 0 : y[i][j]);
        sum += d * d;
      }
    }
    return Math.sqrt(sum);
  }

  @Test
  void anAdapterOfTrueRankThreePrunesToThree() {
    for (boolean rslora : new boolean[] {false, true}) {
      LoraAdapter before = adapter(16, 3, rslora);
      AdapterPruning pruning = AdapterPruning.toEnergy(before, 1 - 1e-9);
      assertEquals(
          List.of(3, 3, 3, 3, 3, 3),
          pruning.maps().stream().map(AdapterPruning.Pruned::rank).toList());
      assertEquals(1, pruning.energy(), 1e-9);
      assertTrue(pruning.error() < 1e-6, "error " + pruning.error());
      for (int m = 0; m < before.maps().size(); m++) {
        double[][] was = product(before, before.maps().get(m));
        double[][] is = product(pruning.adapter(), pruning.adapter().maps().get(m));
        assertEquals(0, distance(was, is) / distance(was, null), 1e-6);
      }
      LoraAdapter read =
          PeftAdapter.of(
              PeftAdapter.weightsFile(pruning.adapter()),
              PeftAdapter.configFile(pruning.adapter(), "tiny"),
              MODEL);
      assertEquals(pruning.adapter().maps(), read.maps());
      assertEquals(3, read.config().r());
    }
  }

  @Test
  void theErrorIsTheDiscardedSingularValues() {
    LoraAdapter before = adapter(9, 9, false);
    for (int rank : new int[] {1, 4, 8, 9, 20}) {
      AdapterPruning pruning = AdapterPruning.toRank(before, rank);
      for (int m = 0; m < before.maps().size(); m++) {
        LoraMap map = before.maps().get(m);
        double[][] was = product(before, map);
        double[] values = LowRank.of(before.parameters(), map.a(), map.b()).values();
        double all = 0;
        double lost = 0;
        for (int k = 0; k < values.length; k++) {
          assertTrue(k == 0 || values[k] <= values[k - 1]);
          double square = Math.pow(values[k] * map.scale(), 2);
          all += square;
          lost += k < rank ? 0 : square;
        }
        double[][] is = product(pruning.adapter(), pruning.adapter().maps().get(m));
        assertEquals(distance(was, null), Math.sqrt(all), 1e-9 * Math.sqrt(all));
        assertEquals(Math.sqrt(lost), distance(was, is), 1e-5 * Math.sqrt(all));
        AdapterPruning.Pruned report = pruning.maps().get(m);
        assertEquals(Math.min(rank, 9), report.rank());
        assertEquals(Math.sqrt(lost / all), report.error(), 1e-9);
        assertEquals(1 - lost / all, report.energy(), 1e-9);
      }
    }
  }

  @Test
  void aShareOfEnergyKeepsTheFewestRanksThatHoldIt() {
    LoraAdapter before = adapter(9, 9, false);
    AdapterPruning pruning = AdapterPruning.toEnergy(before, 0.9);
    for (int m = 0; m < before.maps().size(); m++) {
      AdapterPruning.Pruned report = pruning.maps().get(m);
      assertTrue(report.energy() >= 0.9, report.toString());
      assertTrue(
          AdapterPruning.toRank(before, Math.max(1, report.rank() - 1)).maps().get(m).energy() < 0.9
              || report.rank() == 1,
          report.toString());
    }
    assertTrue(pruning.energy() >= 0.9 && pruning.energy() < 1);
    assertEquals(Math.sqrt(1 - pruning.energy()), pruning.error(), 1e-9);
  }

  @Test
  void whatChangesNothingKeepsOneRankAndChangesNothing() {
    LoraAdapter fresh = LoraAdapter.init(MODEL, new LoraConfig(4, 8, 0, List.of("v_proj")), 1);
    AdapterPruning pruning = AdapterPruning.toEnergy(fresh, 0.99);
    assertEquals(1, pruning.adapter().config().r());
    assertEquals(0, pruning.error());
    for (float value : pruning.adapter().parameters()) {
      assertTrue(value == 0);
    }
  }

  @Test
  void lossIsMeasuredBeforeAndAfter() {
    LoraAdapter before = adapter(8, 3, false);
    List<MicroBatch> batches =
        List.of(TinyModels.batch(MODEL, 1, 9, 5), TinyModels.batch(MODEL, 2, 12));
    try (LlamaModel model =
        LlamaModel.of(MODEL, TinyModels.weights(MODEL, 6, 0.25), Devices.float32())) {
      double was = AdapterPruning.loss(model, before, batches);
      assertEquals(
          was,
          AdapterPruning.loss(model, AdapterPruning.toRank(before, 3).adapter(), batches),
          1e-4);
      assertTrue(
          Math.abs(
                  was
                      - AdapterPruning.loss(
                          model, AdapterPruning.toRank(before, 1).adapter(), batches))
              > 1e-3);
      assertTrue(Math.abs(was - AdapterPruning.loss(model, null, batches)) > 1e-3);
    }
  }

  @Test
  void impossibleAimsAreRefused() {
    LoraAdapter before = adapter(2, 1, false);
    assertThrows(NeuroWeaverException.class, () -> AdapterPruning.toRank(before, 0));
    assertThrows(NeuroWeaverException.class, () -> AdapterPruning.toEnergy(before, 0));
    assertThrows(NeuroWeaverException.class, () -> AdapterPruning.toEnergy(before, Double.NaN));
    assertThrows(NeuroWeaverException.class, () -> AdapterPruning.toEnergy(before, 1.01));
  }
}
