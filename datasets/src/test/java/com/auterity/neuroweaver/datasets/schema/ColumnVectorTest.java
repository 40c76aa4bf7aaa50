package com.auterity.neuroweaver.datasets.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.junit.jupiter.api.Test;

class ColumnVectorTest {
  @Test
  void textsAreReadWhateverLiesWhereThereIsNoValue() {
    SplittableRandom random = new SplittableRandom(8);
    for (int round = 0; round < 200; round++) {
      try (BufferAllocator memory = new RootAllocator();
          VarCharVector vector = new VarCharVector("t", memory)) {
        ColumnValues values = new ColumnValues(ColumnType.STRING, 0);
        List<String> expected = new ArrayList<>();
        for (int batch = 0; batch < 3; batch++) {
          int rows = random.nextInt(20);
          vector.allocateNew(1 << 10, rows + 1);
          for (int i = 0; i < rows; i++) {
            String text = "ä".repeat(random.nextInt(4)) + random.nextInt(100);
            vector.setSafe(i, text.getBytes(StandardCharsets.UTF_8));
            boolean missing = round % 3 > 0 && random.nextInt(4) == 0;
            if (missing && round % 3 == 1) {
              // Its bytes stay where they are.
              vector
                  .getValidityBuffer()
                  .setByte(i >> 3, vector.getValidityBuffer().getByte(i >> 3) & ~(1 << (i & 7)));
            } else if (missing) {
              vector.setNull(i);
            }
            expected.add(missing ? null : text);
          }
          vector.setValueCount(rows);
          new ColumnVector(vector).get(rows, values);
          vector.reset();
        }
        assertEquals(expected.size(), values.size());
        int nulls = 0;
        for (int i = 0; i < expected.size(); i++) {
          nulls += expected.get(i) == null ? 1 : 0;
          if (expected.get(i) == null) {
            assertNull(values.get(i));
          } else {
            assertEquals(expected.get(i), values.get(i), "row " + i + " of round " + round);
          }
        }
        assertEquals(nulls, values.nullCount());
      }
    }
  }
}
