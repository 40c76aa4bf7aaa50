package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.personal.Checksums;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labelled sentences; people and formats are others than the generator's. */
class PersonalDataFinderTest {
  private static final MaskPersonalData MASK = mask("{\"columns\": [\"t\"]}");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "write to bjorn_99+car@mail.fjordline.co.uk today | write to [email] today",
        "it's t.ito@garage-tokyo.jp. Thanks | it's [email]. Thanks",
        "email wendy at outlook dot com please | email [email] please",
        "ring 503.227.7000 after six | ring [phone] after six",
        "call (406) 444-3111 ext. 12 | call [phone]",
        "my cell 2067282000, text me | my cell [phone], text me",
        "from abroad +44 20 7031 3000 works | from abroad [phone] works",
        "+49 30 901820 is my office | [phone] is my office",
        "1-800-275-8777 is the best number | [phone] is the best number",
        "call me on 867-5309 tonight | call me on [phone] tonight",
        "ssn 219-09-9998 for the loan | ssn [ssn] for the loan",
        "my social security number is 457555462 | my social security number is [ssn]",
        "078 05 1120 is my social | [ssn] is my social",
        "card 5555 5555 5555 4444 exp 12/27 | card [card] exp 12/27",
        "amex 3782-822463-10005 on file | amex [card] on file",
        "use 6011000990139424 instead | use [card] instead",
        "diners 30569309025904 ok? | diners [card] ok?",
        "my name is Thandiwe Ncube and it rattles | my name is [name] and it rattles",
        "my name is ingrid halvorsen, it squeaks | my name is [name], it squeaks",
        "this is Bartholomew Quincy, about the brakes | this is [name], about the brakes",
        "please ask for Dr. Yamamoto at the desk | please ask for Dr. [name] at the desk",
        "pick it up at 4218 Larkspur Lane, Apt 3 | pick it up at [address]",
        "I live at 77 North Birch Ave. | I live at [address].",
      })
  void masks(String text, String masked) {
    assertEquals(masked.strip(), apply(text.strip()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vin 1HGCM82633A004352 has 120,450 miles",
        "11111111111111111 is a VIN of digits alone",
        "RO 5035551212 was closed on 2026-01-05",
        "repair order #2125550147 is done",
        "invoice number 4111111111111111 is paid",
        "op code BRK11 then ENG35, 1.5 hours",
        "odometer reads 2025551234",
        "2125550147 miles would be absurd",
        "stock number 219-09-9998",
        "the card 4111 1111 1111 1112 has a wrong last digit",
        "000-12-3456 and 666-12-3456 and 123-00-4567 were never issued",
        "tire 225/45R17 94W at 32-35 psi, torque 103 lb-ft",
        "part 15400-PLM-A02 costs $12.99 at 10:30",
        "it shakes between 60 and 70 on I-95 exit 12",
        "this is dangerous and I am scared",
        "I am Happy with it",
        "this is a Toyota Camry from May 2014",
        "it's Monday Morning and the Honda Civic stalls",
        "codes P0301 P0420 U0100 and recall 21V-215",
        "I bought 4 tires in 2019, 3 times 12 months",
        "call the shop at noon",
        "drive 20 miles down the road",
        "the light at 555-0100",
        "already [phone] and [email] here",
      })
  void leavesAlone(String text) {
    assertEquals(text, apply(text));
  }

  @Test
  void masksSeveralPiecesOfOneText() {
    Tally tally = new Tally();
    Row row =
        MASK.apply(
                new Row(
                    0,
                    "my name is Oluwaseun Adeyemi, 415-861-2345 or o.a@bay.example.net, VIN"
                        + " 1HGCM82633A004352"),
                tally)
            .row();
    assertEquals("my name is [name], [phone] or [email], VIN 1HGCM82633A004352", row.text(0));
    assertEquals(java.util.Map.of("name", 1L, "phone", 1L, "email", 1L), tally.masked());
  }

  @Test
  void masksOnlyTheKindsAskedFor() {
    MaskPersonalData phones = mask("{\"columns\": [\"t\"], \"types\": [\"phone\"]}");
    Row row = new Row(0, "a@b.example.com or 415-861-2345");
    assertEquals("a@b.example.com or [phone]", phones.apply(row, new Tally()).row().text(0));
  }

  @Test
  void luhnAgreesWithPublishedNumbers() {
    // ISO/IEC 7812-1, annex B.
    assertTrue(Checksums.luhn("49927398716"));
    assertFalse(Checksums.luhn("49927398717"));
  }

  private static MaskPersonalData mask(String knobs) {
    try {
      return new MaskPersonalData(
          new Knobs(new ObjectMapper().readTree(knobs), "stages[0]"),
          new Schema(List.of(Column.of("t", ColumnType.STRING))));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String apply(String text) {
    return MASK.apply(new Row(0, text), new Tally()).row().text(0);
  }
}
