package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.automotive.Vin;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.jobs.SharedData;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VinDecodeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource({
    "1HGCM82633A004352, Honda, 2003",
    "1hgcm82633a004352, Honda, 2003",
    // A wrong check digit, too few characters, an unknown maker.
    "1HGCM82643A004352, , ",
    "1HGCM82633A00435, , ",
    "11111111111111111, , ",
    // Europe: the maker is certain, the model year only with a right check digit.
    "WVWZZZ1JZXW000001, Volkswagen, ",
    // One identifier, several makes.
    "1C4RJFBG_FC123456, Jeep, 2015",
    "1C4RDJDG_FC123456, Dodge, 2015",
    "1C6RR7LT_FS123456, Ram, 2015",
    "5N1AL0MM_FC123456, Infiniti, 2015",
    "5N1AT2MT_FC123456, Nissan, 2015",
    "KNDMC233_76123456, , ",
    "KNDMB233_76123456, Kia, 2007",
  })
  void tellsWhatIsCertainAndNothingElse(String vin, String make, Long year) {
    String whole = vin.contains("_") ? Vin.withCheckDigit(vin.replace('_', '0')).value() : vin;
    RecipeRun run =
        RecipeRun.of(
            "[{stage:'vin_decode',column:'t'}]",
            RecipeRun.text(),
            null,
            List.of(new Row(0, whole)));
    assertEquals(List.of(new Row(0, whole, make, year)), run.kept);
    assertEquals(List.of("t", "vin_make", "vin_model_year"), run.schema.names());
  }

  @Test
  void agreesWithTheGovernmentsDecoder() throws Exception {
    int compared = 0;
    for (String file : List.of("vpic/decode-vin.json", "vpic/decode-vin-batch.json")) {
      for (JsonNode result : results(file)) {
        // The decoder takes beginnings of VINs, too: the rest cannot matter to make and year.
        String vin =
            (result.get("VIN").asText().replace('*', '0') + "0".repeat(17)).substring(0, 17);
        Row row =
            RecipeRun.of(
                    "[{stage:'vin_decode',column:'t'}]",
                    RecipeRun.text(),
                    null,
                    List.of(new Row(0, Vin.withCheckDigit(vin).value())))
                .kept
                .get(0);
        assertEquals(result.get("Make").asText(), row.text(1).toUpperCase(Locale.ROOT));
        assertEquals(result.get("ModelYear").asLong(), row.get(2));
        compared++;
      }
    }
    assertEquals(3, compared);
    String whole = results("vpic/decode-vin.json").get(0).get("VIN").asText();
    assertTrue(new Vin(whole).checkDigitIsRight());
  }

  @Test
  void knowsNoOtherMakeForTheManufacturersIdentifiers() throws Exception {
    int known = 0;
    for (JsonNode result : results("vpic/get-wmis-for-manufacturerid.json")) {
      String make = new Vin(result.get("WMI").asText() + "CM82633A004352").maker().orElse(null);
      boolean car = !result.get("VehicleType").asText().contains("Motorcycle");
      assertFalse(make != null && !car, () -> "a motorcycle: " + result);
      assertTrue(
          make == null || List.of("Honda", "Acura").contains(make), () -> result + " " + make);
      known += make == null ? 0 : 1;
    }
    assertTrue(known >= 10, "only " + known + " are known");
    System.out.println("vPIC lists 20 identifiers of the manufacturer, known for cars: " + known);
  }

  private static JsonNode results(String file) throws Exception {
    return JSON.readTree(SharedData.get(file).toFile()).get("content").get("Results");
  }
}
