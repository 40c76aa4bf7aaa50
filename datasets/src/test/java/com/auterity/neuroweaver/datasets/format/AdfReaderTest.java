package com.auterity.neuroweaver.datasets.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.SharedData;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdfReaderTest {
  private static final FileOptions ADF = FileOptions.of(FileFormat.ADF);
  private static final String LEAD =
      """
      <?xml version="1.0"?>
      <?adf version="1.0"?>
      <adf>
        <prospect status="new">
          <id sequence="1" source="Web Leads">L-1001</id>
          <requestdate>2026-03-30T15:30:20-08:00</requestdate>
          <vehicle interest="buy" status="new">
            <year>2026</year><make>Ford</make><model>Focus</model><vin>1FTMW1T88MFA00001</vin>
            <stock>P445</stock><trim>SE</trim><odometer status="original" units="mi">12</odometer>
            <colorcombination><interiorcolor>black</interiorcolor>
              <exteriorcolor>red</exteriorcolor><preference>1</preference></colorcombination>
            <price type="quote" currency="USD">26000</price>
            <comments>Wants a test drive</comments>
          </vehicle>
          <vehicle interest="trade-in" status="used">
            <year>2014</year><make>Jeep</make><model>Wrangler</model>
          </vehicle>
          <customer>
            <contact>
              <name part="first">Ann</name><name part="last">Lee</name>
              <email>ann@example.com</email>
              <phone type="voice">555-010-0100</phone>
              <phone type="cellphone" preferredcontact="1">555-010-0199</phone>
              <address><street line="1">1 Main St</street><street line="2">Rear</street>
                <city>Springfield</city><regioncode>IL</regioncode>
                <postalcode>62701</postalcode><country>US</country></address>
            </contact>
            <comments><![CDATA[Call after 5 <pm> & not before]]></comments>
          </customer>
          <vendor><vendorname>Main Motors</vendorname><contact><phone>555-010-0000</phone></contact>
          </vendor>
          <provider><name part="full">LeadSource</name><service>Quotes</service></provider>
        </prospect>
      </adf>
      """;

  @TempDir Path folder;

  @Test
  void aLeadIsOneFlatRow() {
    ReadFile read = ReadFile.of(file(LEAD), ADF);
    assertEquals(1, read.rows().size());
    assertEquals("L-1001", read.get(0, "lead_id"));
    assertEquals("Web Leads", read.get(0, "lead_source"));
    assertEquals("2026-03-30T15:30:20-08:00", read.get(0, "request_date"));
    assertEquals("2026", read.get(0, "vehicle_year"));
    assertEquals("1FTMW1T88MFA00001", read.get(0, "vehicle_vin"));
    assertEquals("mi", read.get(0, "vehicle_odometer_units"));
    assertEquals("red", read.get(0, "vehicle_exterior_color"));
    assertEquals("26000", read.get(0, "vehicle_price"));
    assertEquals("Wrangler", read.get(0, "trade_in_model"));
    assertNull(read.get(0, "vehicles"), "two vehicles have columns of their own");
    assertEquals("Ann", read.get(0, "customer_first_name"));
    assertEquals("Lee", read.get(0, "customer_last_name"));
    assertEquals("555-010-0199", read.get(0, "customer_phone"), "the preferred one");
    assertTrue(read.get(0, "customer_phones").toString().contains("555-010-0100"));
    assertEquals("1 Main St, Rear", read.get(0, "customer_street"));
    assertEquals("Call after 5 <pm> & not before", read.get(0, "customer_comments"));
    assertEquals("Main Motors", read.get(0, "vendor_name"));
    assertEquals("555-010-0000", read.get(0, "vendor_phone"));
    assertEquals("LeadSource", read.get(0, "provider_name"));
  }

  /** Capitals, curly quotes, no quotes, a bare ampersand, an HTML entity, two documents. */
  @Test
  void whatRealSendersEmitIsTaken() {
    ReadFile read =
        ReadFile.of(
            file(
                """
                <?xml version="1.0"?>
                <ADF><PROSPECT STATUS=new><ID source=web>7</ID><Vehicle interest=\u201cbuy\u201d>
                <Year>2020</Year><Make>Land&nbsp;Rover</Make></Vehicle><Customer><Contact>
                <Name part=\u201cfirst\u201d>Bo</Name><Phone>555 0100</Phone></Contact>
                <Comments>Parts & Service, price < 5000</Comments></Customer></PROSPECT></ADF>
                <?xml version="1.0"?>
                <adf><prospect><customer><contact><name>Cy Doe</name></contact></customer>
                </prospect></adf>
                """),
            ADF);
    assertEquals(2, read.rows().size());
    assertEquals("new", read.get(0, "lead_status"));
    assertEquals("buy", read.get(0, "vehicle_interest"));
    assertEquals("Land\u00a0Rover", read.get(0, "vehicle_make"));
    assertEquals("Bo", read.get(0, "customer_first_name"));
    assertEquals("Parts & Service, price < 5000", read.get(0, "customer_comments"));
    assertEquals("Cy Doe", read.get(1, "customer_full_name"));
  }

  @Test
  void aDocumentTypeDefinesNothingAndNamesNoFile() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret.txt"), "the secret");
    ReadFile read =
        ReadFile.of(
            file(
                """
                <?xml version="1.0"?>
                <!DOCTYPE adf SYSTEM "file:%s" [
                  <!ENTITY x SYSTEM "file:%s">
                  <!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
                ]>
                <adf><prospect><customer><contact><name>&x; &b;</name></contact></customer>
                </prospect></adf>
                """
                    .formatted(secret, secret)),
            ADF);
    String name = read.get(0, "customer_full_name").toString();
    assertTrue(!name.contains("secret") && !name.contains("lol"), name);
  }

  @Test
  void columnsAreThoseOfTheDtd() throws IOException {
    String dtd = Files.readString(SharedData.get("adf/adf-1.0.dtd"));
    for (String element :
        List.of("vendorname", "timeframe", "bodystyle", "regioncode", "colorcombination")) {
      assertTrue(dtd.contains("<!ELEMENT " + element), element);
    }
  }

  @Test
  void aProspectWithoutCustomerAndVehicleIsRejectedWhole() {
    ReadFile read =
        ReadFile.of(file(LEAD.replace("</adf>", "<prospect>\n<id>9</id></prospect></adf>")), ADF);
    assertEquals(1, read.rows().size());
    assertEquals("{empty_lead=1}", read.rejected().counts().toString());
    assertEquals(LEAD.lines().count(), read.rejected().first().get(0).line());
    assertTrue(read.whole().contains("<id>9</id>"), read.whole());
  }

  @Test
  void typesAndMeaningsCanBeDeclared() {
    FileOptions options =
        ADF.withColumns(
            List.of(
                new ColumnDeclaration("vehicle_year", ColumnType.INT64, SemanticType.NONE, true),
                new ColumnDeclaration("vehicle_vin", null, SemanticType.VIN, true)));
    String bad = LEAD.replace("1FTMW1T88MFA00001", "1FTMW1T87MFA00001");
    ReadFile read = ReadFile.of(List.of(file(LEAD), file(bad)), options);
    assertEquals(2026L, read.get(0, "vehicle_year"));
    assertEquals("{bad_vin=1}", read.rejected().counts().toString());
  }

  @Test
  void theDeclaredEncodingIsUsed() throws IOException {
    String text =
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><adf><prospect><customer><contact>"
            + "<name>Zo\u00eb</name></contact></customer></prospect></adf>";
    Path file = folder.resolve("latin.xml");
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    assertEquals("Zo\u00eb", ReadFile.of(file, ADF).get(0, "customer_full_name"));
    FileOptions wrong = ADF.withEncoding(Charset.forName("UTF-8"));
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ReadFile.of(file, wrong));
    assertTrue(e.getMessage().contains("byte 0xEB at offset"), e.getMessage());
  }

  @Test
  void manyLeadsTakeConstantMemoryAndAProspectThatNeverEndsIsRefused() throws IOException {
    Path many = folder.resolve("many.xml");
    try (var out = Files.newBufferedWriter(many)) {
      out.write("<adf>\n");
      for (int i = 0; i < 20_000; i++) {
        out.write("<prospect><id>" + i + "</id><customer><contact><name>N" + i);
        out.write("</name></contact><comments>" + "words ".repeat(300) + "</comments>");
        out.write("</customer></prospect>\n");
      }
      out.write("</adf>");
    }
    long before = used();
    try (RowReader reader = DatasetFile.open(many, ADF, new RejectedRows(0))) {
      for (int i = 0; i < 19_999; i++) {
        assertEquals(i, reader.next().ordinal());
      }
      assertTrue(used() - before < 20 << 20, (used() - before) + " bytes held");
      assertEquals("19999", reader.next().get(0));
      assertNull(reader.next());
    }
    Path endless = folder.resolve("endless.xml");
    Files.writeString(endless, "<adf><prospect><customer><comments>" + "x".repeat(17 << 20));
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ReadFile.of(endless, ADF));
    assertTrue(e.getMessage().contains("longer than"), e.getMessage());
  }

  @Test
  void aFileWithoutALeadIsRefused() {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ReadFile.of(file("<a>1</a>"), ADF));
    assertTrue(e.getMessage().contains("has no <prospect>"), e.getMessage());
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private Path file(String text) {
    try {
      return Files.writeString(Files.createTempFile(folder, "lead", ".xml"), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
