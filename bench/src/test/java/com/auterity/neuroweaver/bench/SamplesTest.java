package com.auterity.neuroweaver.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void theMedianIsTheMiddleOneWhateverTheOrder() {
    assertEquals(3, Samples.of(9, 1, 3).median());
    assertEquals(7, Samples.of(7).median());
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
    assertEquals(2.5, Samples.of(4, 1, 3, 2).median());
  }

  @Test
  void theSpreadIsFromTheLeastToTheGreatest() {
    Samples samples = Samples.of(5, 2, 8);
    assertEquals(2, samples.min());
    assertEquals(8, samples.max());
  }

  @Test
  void whatIsNoRateIsRefused() {
    assertThrows(IllegalArgumentException.class, Samples::of);
    assertThrows(IllegalArgumentException.class, () -> Samples.of(1, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> Samples.of(Double.POSITIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> Samples.of(-1));
  }

  @Test
  void turnsAlternate() throws InterruptedException {
    List<String> order = new ArrayList<>();
    double[] rate = {0};
    List<Samples> samples =
        Rounds.alternate(
            3,
            List.of(
                () -> {
                  order.add("ours");
                  return ++rate[0];
                },
                () -> {
                  order.add("peer");
                  return 10 * rate[0];
                }));
    assertEquals(List.of("ours", "peer", "ours", "peer", "ours", "peer"), order);
    assertEquals(2, samples.get(0).median());
    assertEquals(30, samples.get(1).max());
  }
}
