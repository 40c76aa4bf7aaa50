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
class LongRunTest {
  @TempDir Path temporary;

  @Test
  void memoryStaysLevelAfterTheFirstSteps() throws Exception {
    ModelFolder tiny = ModelFolder.open(TinyModelFolder.write(temporary.resolve("tiny"), 3));
    for (boolean checkpointing : new boolean[] {false, true}) {
      WeightFormat format = checkpointing ? WeightFormat.NF4 : WeightFormat.FULL;
      List<LongRun.Point> points = new ArrayList<>();
      LongRun.run(tiny, format, checkpointing, 32, 2000, 8, points::add);
      LongRun.Point warm = points.get(1);
      LongRun.Point last = points.get(points.size() - 1);
      assertEquals(warm.nativeBytes(), last.nativeBytes(), points.toString());
      assertTrue(last.heapBytes() < warm.heapBytes() + (4 << 20), points.toString());
      assertTrue(last.residentBytes() < warm.residentBytes() + (64 << 20), points.toString());
    }
  }
}
