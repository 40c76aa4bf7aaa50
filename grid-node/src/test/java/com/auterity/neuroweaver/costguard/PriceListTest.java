package com.auterity.neuroweaver.costguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.yaml.YamlDocument;
import java.math.BigDecimal;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PriceListTest {
  private static final String GOOD =
      """
      cpu_hour: 0.034
      node_hour: 0.009
      gb_read: 0.0004
      gb_written: 0.002
      million_tokens_in: 0
      million_tokens_out: 0
      overhead_cpu_hour: 0.034
      """;

  private static PriceList parse(String text) {
    return PriceList.parse(YamlDocument.parse(text, "prices.yaml"));
  }

  private static void refuses(String text, String... parts) {
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> parse(text));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  @Test
  void readsEveryPrice() {
    assertEquals(new BigDecimal("0.034"), parse(GOOD).usd().get(PriceItem.CPU_HOUR));
    assertEquals(BigDecimal.ZERO, parse(GOOD).usd().get(PriceItem.MILLION_TOKENS_IN));
  }

  @Test
  void theShippedFileIsRight() {
    Path file = Path.of("..", "config", "prices.yaml");
    assertEquals(PriceItem.values().length, PriceList.read(file).usd().size());
  }

  @Test
  void refusesAnUnknownKeyWithItsPlace() {
    refuses(GOOD + "gpu_hour: 2\n", "prices.yaml:8", "gpu_hour", "cpu_hour");
  }

  @Test
  void refusesAMissingPrice() {
    refuses(GOOD.replace("gb_read: 0.0004\n", ""), "gb_read", "missing");
  }

  @Test
  void refusesWhatIsNoPrice() {
    refuses(GOOD.replace("0.009", "cheap"), "prices.yaml:2", "node_hour", "cheap");
    refuses(GOOD.replace("0.009", "-1"), "prices.yaml:2", "-1");
  }

  @Test
  void refusesADuplicateKey() {
    refuses(GOOD + "cpu_hour: 1\n", "cpu_hour");
  }
}
