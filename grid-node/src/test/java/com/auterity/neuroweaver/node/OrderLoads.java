package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Repair orders in a file, and jobs that load it. */
final class OrderLoads {
  private OrderLoads() {}

  static String submit(SqlJobs jobs, String name, Path file) {
    return jobs.submit(
        name,
        "load",
        """
        {"name": "%s", "path": "%s", "partition_by": "vin", "columns": [
          {"name": "vin", "type": "string"}, {"name": "opened", "type": "date"},
          {"name": "km", "type": "int64"}, {"name": "amount", "type": "float64"},
          {"name": "complaint", "type": "string"}]}
        """
            .formatted(name, file));
  }

  static Manifest manifest(SqlJobs jobs, String name) {
    byte[] bytes =
        (byte[])
            jobs.query("SELECT MANIFEST FROM NEUROWEAVER.DATASET_VERSION WHERE NAME = ?", name)
                .get(0)
                .get(0);
    return RecordCodec.decode(bytes, Manifest.class);
  }

  static void write(Path file, int rows) throws IOException {
    Random random = new Random(7);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("vin,opened,km,amount,complaint\n");
      for (int i = 0; i < rows; i++) {
        out.write("1HGCM8263" + (10_000_000 + random.nextInt(40_000)));
        out.write(",2026-0" + (1 + random.nextInt(9)) + "-1" + random.nextInt(9));
        out.write("," + random.nextInt(250_000) + "," + random.nextInt(100_000) / 100.0 + ",\"");
        for (int w = 0; w < 14; w++) {
          out.write(Long.toString(random.nextLong() >>> 34, 36) + (w % 5 == 4 ? ", " : " "));
        }
        out.write("\"\n");
      }
    }
  }
}
