package com.auterity.neuroweaver.jobs.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrainingPlanTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void everySampleOccursOnceInEachEpochInPacksThatFit() {
    Random random = new Random(3);
    for (int trial = 0; trial < 60; trial++) {
      Data data = Data.random(random, 1 + random.nextInt(9), 24);
      int epochs = 1 + random.nextInt(3);
      int accumulation = 1 + random.nextInt(6);
      int packs = 1 + random.nextInt(3);
      boolean packing = random.nextInt(4) > 0;
      double held = random.nextInt(3) == 0 ? 0.2 : 0;
      TrainingConfig config =
          config(
              json ->
                  json.put("num_epochs", epochs)
                      .put("gradient_accumulation_steps", accumulation)
                      .put("micro_batch_size", packs)
                      .put("sample_packing", packing)
                      .put("val_set_size", held)
                      .put("sequence_len", 24));
      TrainingPlan plan = TrainingPlan.of(config, data.chunks, data.lengths);
      Set<List<Integer>> wanted = new HashSet<>();
      data.lengths.forEach(
          (partition, lengths) -> {
            for (int i = 0; i < lengths.length; i++) {
              wanted.add(List.of(partition, i));
            }
          });
      int rows = wanted.size();
      plan.heldBack()
          .forEach(
              (p, samples) -> Arrays.stream(samples).forEach(i -> wanted.remove(List.of(p, i))));
      assertEquals(rows - (int) Math.floor(rows * held), wanted.size());
      for (int epoch = 0; epoch < epochs; epoch++) {
        Set<List<Integer>> seen = new HashSet<>();
        int steps = 0;
        for (TrainingPlan.Step step : plan.steps()) {
          if (step.dataEpoch() != epoch) {
            continue;
          }
          steps++;
          assertTrue(step.microBatches().size() <= accumulation);
          for (TrainingPlan.MicroBatchPlan microBatch : step.microBatches()) {
            int tokens = 0;
            for (int sample : microBatch.samples()) {
              assertTrue(seen.add(List.of(microBatch.partition(), sample)), "twice in an epoch");
              tokens += data.lengths.get(microBatch.partition())[sample];
            }
            assertTrue(tokens <= 24 * packs);
            assertTrue(packing || microBatch.samples().length <= packs);
          }
        }
        assertEquals(wanted, seen);
        assertTrue(steps > 0);
      }
      for (int i = 0; i < plan.steps().size(); i++) {
        assertEquals(i + 1, plan.steps().get(i).number());
      }
    }
  }

  @Test
  void knowsSeedAndContentAndNothingElse() {
    Data data = Data.random(new Random(4), 6, 24);
    String plan = text(config(json -> {}), data.chunks, data.lengths);
    assertEquals(
        plan, text(config(json -> json.put("dataset", "ds_2@7")), data.chunks, data.lengths));

    // Other byte counts and another order of arrival of the partitions' lengths change nothing.
    List<ChunkInfo> reweighed =
        data.chunks.stream()
            .map(
                c ->
                    new ChunkInfo(c.partition(), c.sequence(), c.rows(), c.bytes() + 1, c.sha256()))
            .toList();
    Map<Integer, int[]> reversed = new LinkedHashMap<>();
    List<Integer> partitions = new ArrayList<>(data.lengths.keySet());
    Collections.reverse(partitions);
    partitions.forEach(p -> reversed.put(p, data.lengths.get(p)));
    assertEquals(plan, text(config(json -> {}), reweighed, reversed));

    assertNotEquals(plan, text(config(json -> json.put("seed", 43)), data.chunks, data.lengths));
    List<ChunkInfo> changed = new ArrayList<>(data.chunks);
    ChunkInfo first = changed.get(0);
    changed.set(
        0, new ChunkInfo(first.partition(), first.sequence(), first.rows(), first.bytes(), "ff"));
    assertNotEquals(plan, text(config(json -> {}), changed, data.lengths));
  }

  @Test
  void epochsDifferInOrderAndDropout() {
    Data data = Data.random(new Random(5), 4, 24);
    TrainingPlan plan =
        TrainingPlan.of(config(json -> json.put("num_epochs", 2)), data.chunks, data.lengths);
    Set<Long> seeds = new HashSet<>();
    int microBatches = 0;
    for (TrainingPlan.Step step : plan.steps()) {
      for (TrainingPlan.MicroBatchPlan microBatch : step.microBatches()) {
        seeds.add(microBatch.dropoutSeed());
        microBatches++;
      }
    }
    assertEquals(microBatches, seeds.size());
    int first = plan.stepsOfFirstEpoch();
    assertNotEquals(
        describe(plan.steps().get(0)).substring(2), describe(plan.steps().get(first)).substring(2));
    assertTrue(plan.endsEpoch(first));
    assertFalse(plan.endsEpoch(1));
    assertTrue(plan.endsEpoch(plan.steps().size()));
  }

  @Test
  void packsFillWell() {
    Random random = new Random(6);
    int[] lengths = random.ints(2000, 40, 200).toArray();
    List<ChunkInfo> chunks = List.of(new ChunkInfo(0, 0, lengths.length, 1, "00"));
    TrainingPlan plan =
        TrainingPlan.of(
            config(json -> json.put("sequence_len", 512).put("gradient_accumulation_steps", 8)),
            chunks,
            Map.of(0, lengths));
    int packs = plan.steps().stream().mapToInt(s -> s.microBatches().size()).sum();
    double fill = Arrays.stream(lengths).sum() / (512.0 * packs);
    assertTrue(fill > 0.95, "filled to " + fill);
  }

  @Test
  void stopsAtMaxSteps() {
    Data data = Data.random(new Random(7), 4, 24);
    TrainingPlan plan =
        TrainingPlan.of(
            config(json -> json.put("num_epochs", 9).put("max_steps", 5)),
            data.chunks,
            data.lengths);
    assertEquals(5, plan.steps().size());
    assertTrue(plan.endsEpoch(5));
  }

  private static String text(
      TrainingConfig config, List<ChunkInfo> chunks, Map<Integer, int[]> lengths) {
    StringBuilder text = new StringBuilder();
    TrainingPlan.of(config, chunks, lengths).steps().forEach(step -> text.append(describe(step)));
    return text.toString();
  }

  private static String describe(TrainingPlan.Step step) {
    StringBuilder text = new StringBuilder(step.number() + " " + step.dataEpoch());
    for (TrainingPlan.MicroBatchPlan m : step.microBatches()) {
      text.append(" ").append(m.partition()).append(Arrays.toString(m.samples()));
      text.append(m.dropoutSeed());
    }
    return text.append('\n').toString();
  }

  private static TrainingConfig config(java.util.function.Consumer<ObjectNode> change) {
    ObjectNode json = JSON.createObjectNode();
    json.put("base_model", "m").put("dataset", "d").put("prompt_column", "q");
    json.put("answer_column", "a").put("sequence_len", 24).put("gradient_accumulation_steps", 2);
    change.accept(json);
    return TrainingConfig.parse(json);
  }

  private record Data(List<ChunkInfo> chunks, Map<Integer, int[]> lengths) {
    static Data random(Random random, int partitions, int maxLength) {
      List<ChunkInfo> chunks = new ArrayList<>();
      Map<Integer, int[]> lengths = new LinkedHashMap<>();
      for (int p = 0; p < partitions; p++) {
        int rows = 0;
        for (int sequence = 0; sequence < 1 + random.nextInt(3); sequence++) {
          int count = 1 + random.nextInt(40);
          rows += count;
          chunks.add(
              new ChunkInfo(p * 2, sequence, count, 100, Long.toHexString(random.nextLong())));
        }
        lengths.put(p * 2, random.ints(rows, 1, maxLength + 1).toArray());
      }
      return new Data(chunks, lengths);
    }
  }
}
