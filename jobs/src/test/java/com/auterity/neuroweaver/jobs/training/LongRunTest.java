package com.auterity.neuroweaver.jobs.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps leave no memory behind. */
/** {@code -Dneuroweaver.soak.base=nano -Dneuroweaver.soak.steps=10000} for a larger one. */
class LongRunTest {
  private static final String BASE = System.getProperty("neuroweaver.soak.base");
  private static final int STEPS = Integer.getInteger("neuroweaver.soak.steps", 2_000);

  @TempDir Path temporary;

  @Test
  void memoryStaysLevelAfterTheFirstSteps() throws Exception {
    ModelFolder base =
        ModelFolder.open(
            BASE == null
                ? TinyModelFolder.write(temporary.resolve("tiny"), 3)
                : ModelFolder.resolve(BASE));
    for (boolean checkpointing : new boolean[] {false, true}) {
      WeightFormat format = checkpointing ? WeightFormat.NF4 : WeightFormat.FULL;
      List<LongRun.Point> points = new ArrayList<>();
      LongRun.run(base, format, checkpointing, 32, STEPS, 8, points::add);
      LongRun.Point warm = points.get(1);
      LongRun.Point last = points.get(points.size() - 1);
      assertEquals(warm.nativeBytes(), last.nativeBytes(), points.toString());
      assertTrue(last.heapBytes() < warm.heapBytes() + (4 << 20), points.toString());
      assertTrue(last.residentBytes() < warm.residentBytes() + (64 << 20), points.toString());
    }
  }
}
