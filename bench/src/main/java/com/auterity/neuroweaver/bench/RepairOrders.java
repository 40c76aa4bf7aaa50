package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.datasets.automotive.ServiceOperation;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Vin;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Seeded repair orders of a dealership group. They come in blocks of {@link #BLOCK} rows, each from
 * random numbers of its own, so that the rows do not depend on which thread makes which block. A
 * vehicle comes more than once, with the same owner and an odometer that only grows.
 */
final class RepairOrders {
  static final int BLOCK = 8_192;

  static final Schema SCHEMA =
      new Schema(
          List.of(
              Column.of("ro_number", ColumnType.STRING),
              Column.of("dealer_id", ColumnType.INT64),
              column("vin", ColumnType.STRING, SemanticType.VIN),
              Column.of("make", ColumnType.STRING),
              Column.of("model", ColumnType.STRING),
              Column.of("model_year", ColumnType.INT64),
              column("odometer", ColumnType.INT64, SemanticType.ODOMETER),
              Column.of("customer_name", ColumnType.STRING),
              column("email", ColumnType.STRING, SemanticType.EMAIL),
              Column.of("opened_at", ColumnType.TIMESTAMP),
              Column.of("closed_at", ColumnType.TIMESTAMP),
              Column.of("promised_on", ColumnType.DATE),
              column("op_code", ColumnType.STRING, SemanticType.OP_CODE),
              column("complaint", ColumnType.STRING, SemanticType.FREE_TEXT),
              column("cause", ColumnType.STRING, SemanticType.FREE_TEXT),
              column("correction", ColumnType.STRING, SemanticType.FREE_TEXT),
              Column.of("labor_hours", ColumnType.FLOAT64),
              column("labor_amount", ColumnType.FLOAT64, SemanticType.MONEY),
              column("parts_amount", ColumnType.FLOAT64, SemanticType.MONEY),
              Column.of("warranty", ColumnType.BOOL)));

  /** A model line: maker, name, world manufacturer identifier, descriptor without its fourth. */
  private record ModelLine(byte[] make, byte[] model, byte[] wmi, byte[] descriptor) {
    static ModelLine of(String make, String model, String wmi, String descriptor) {
      return new ModelLine(ascii(make), ascii(model), ascii(wmi), ascii(descriptor));
    }
  }

  private static final ModelLine[] LINES = {
    ModelLine.of("Honda", "Civic", "2HG", "FC2F"),
    ModelLine.of("Honda", "Accord", "1HG", "CV1F"),
    ModelLine.of("Honda", "CR-V", "5J6", "RW2H"),
    ModelLine.of("Toyota", "Camry", "4T1", "B11H"),
    ModelLine.of("Toyota", "Corolla", "JTD", "EPRA"),
    ModelLine.of("Toyota", "RAV4", "2T3", "W1RF"),
    ModelLine.of("Ford", "F-150", "1FT", "EW1E"),
    ModelLine.of("Ford", "Explorer", "1FM", "SK8D"),
    ModelLine.of("Ford", "Escape", "1FM", "CU9G"),
    ModelLine.of("Chevrolet", "Malibu", "1G1", "ZD5S"),
    ModelLine.of("Chevrolet", "Silverado 1500", "1GC", "UYDE"),
    ModelLine.of("Chevrolet", "Equinox", "1GN", "AXKE"),
    ModelLine.of("Jeep", "Wrangler", "1C4", "HJXD"),
    ModelLine.of("Nissan", "Altima", "1N4", "BL4B"),
    ModelLine.of("Nissan", "Rogue", "5N1", "AT2M"),
    ModelLine.of("Hyundai", "Elantra", "5NP", "D84L"),
    ModelLine.of("Hyundai", "Tucson", "KM8", "J3CA"),
    ModelLine.of("Kia", "Sorento", "KND", "RG4L"),
    ModelLine.of("Subaru", "Outback", "4S4", "BTAF"),
    ModelLine.of("Mazda", "CX-5", "JM3", "KFBC"),
    ModelLine.of("Volkswagen", "Jetta", "3VW", "C57B"),
    ModelLine.of("BMW", "X3", "5UX", "TY5C")
  };
  private static final byte[] PLANTS = ascii("ABCDEFGHJKLMNPRSTUVWXYZ");
  private static final Words FIRST_NAMES =
      Words.of(
          """
          Maria,James,Linda,Robert,Aisha,Carlos,Emily,Kevin,Nadia,Olivia,Liam,Noah,Emma,Mateo,Sofia,Ethan,Ava,
          Lucas,Mia,Logan,Isabella,Jackson,Amelia,Aiden,Harper,Elijah,Evelyn,Grayson,Abigail,Hiroshi,Yuki,Wei,
          Jing,Priya,Arjun,Fatima,Omar,Ingrid,Lars,Chloe,Hugo,Zoe,Ivan,Olga,Pedro,Lucia,Kwame,Amara,Thabo,Leila,
          Deshawn,Latoya,Brandon,Megan,Tyler,Brittany,Walter,Doris,Harold,Marjorie""");
  private static final Words LAST_NAMES =
      Words.of(
          """
          Keller,Johnson,Alvarez,Nguyen,Okafor,Brown,Schmidt,Rossi,Smith,Garcia,Miller,Davis,Rodriguez,Martinez,
          Hernandez,Lopez,Gonzalez,Wilson,Anderson,Thomas,Taylor,Moore,Jackson,Martin,Lee,Perez,Thompson,White,
          Harris,Sanchez,Clark,Ramirez,Lewis,Robinson,Walker,Young,Allen,King,Wright,Scott,Torres,Hill,Flores,
          Green,Adams,Nelson,Baker,Hall,Rivera,Campbell,Mitchell,Carter,Roberts,Gomez,Phillips,Evans,Turner,Diaz,
          Parker,Cruz,Edwards,Collins,Reyes,Stewart,Morris,Morales,Murphy,Cook,Rogers,Gutierrez,Ortiz,Morgan,
          Cooper,Peterson,Bailey,Reed,Kelly,Howard,Ramos,Kim,Cox,Ward,Richardson,Watson,Brooks,Chavez,Wood,Patel,
          Bennett,Gray,Mendoza,Ruiz,Hughes,Price,Tanaka,Sato,Chen,Wang,Singh,Khan,Haddad,Novak,Kowalski,Petrov""");
  private static final Words OPERATIONS =
      Words.of(ServiceRequests.operations().stream().map(ServiceOperation::code));
  private static final byte[] RO = ascii("RO-");
  private static final byte[] MAIL = ascii("@example.com");

  private static final int FLEET = 1_000_000;
  private static final int DEALERS = 64;
  private static final int LAST_DAY = (int) LocalDate.of(2025, 12, 31).toEpochDay();
  private static final int[] YEAR_STARTS = new int[16];

  static {
    for (int i = 0; i < YEAR_STARTS.length; i++) {
      YEAR_STARTS[i] = (int) LocalDate.of(2010 + i, 1, 1).toEpochDay();
    }
  }

  private final long seed;

  RepairOrders(long seed) {
    this.seed = seed;
  }

  static byte[] header() {
    return ascii(String.join(",", SCHEMA.names()) + "\n");
  }

  /** Sends the rows of a block, from 0, to a sink. */
  void block(long block, RowSink sink) {
    SplittableRandom random = new SplittableRandom(mix(seed) ^ mix(block + 1));
    Line line = new Line();
    for (int i = 0; i < BLOCK; i++) {
      row(block * BLOCK + i, random, line, sink);
    }
  }

  private void row(long number, SplittableRandom random, Line line, RowSink sink) {
    long vehicle = mix(mix(seed) + random.nextInt(FLEET));
    ModelLine model = LINES[(int) Long.remainderUnsigned(vehicle, LINES.length)];
    int year = (int) (vehicle >>> 8 & 15);
    int sold = YEAR_STARTS[year] + (int) (vehicle >>> 12 & 255);
    int day = sold + 30 + random.nextInt(LAST_DAY - sold - 30);
    int dealer = 1 + random.nextInt(DEALERS);

    line.clear().add(RO).number(dealer, 3).add('-').number(1_000_000 + number);
    cell(line, sink);
    sink.whole(dealer);
    vin(line, model, year, vehicle);
    cell(line, sink);
    sink.text(model.make(), model.make().length);
    sink.text(model.model(), model.model().length);
    sink.whole(2010 + year);
    long opened = day * 86_400L + 7 * 3_600 + random.nextInt(10 * 3_600);
    long perDay = 12 + (vehicle >>> 20 & 63);
    sink.whole(5 + perDay * (opened - sold * 86_400L) / 86_400);
    byte[] first = FIRST_NAMES.at(vehicle >>> 26);
    byte[] last = LAST_NAMES.at(vehicle >>> 37);
    line.clear().add(first).add(' ').add(last);
    cell(line, sink);
    line.clear().lower(first).add('.').lower(last).number(vehicle >>> 54, 3).add(MAIL);
    cell(line, sink);
    sink.timestamp(opened);
    if (random.nextInt(32) == 0) {
      sink.missing();
    } else {
      sink.timestamp(opened + 1_800 + random.nextInt(3 * 86_400));
    }
    sink.date(day + random.nextInt(4));
    byte[] operation = OPERATIONS.draw(random);
    sink.text(operation, operation.length);
    RepairNotes.complaint(line.clear(), random);
    cell(line, sink);
    RepairNotes.cause(line.clear(), random);
    cell(line, sink);
    RepairNotes.correction(line.clear(), random);
    cell(line, sink);
    int tenths = 1 + random.nextInt(80);
    sink.hundredths(tenths * 10L);
    // Hourly rates are whole dollars, so that tenths of hours cost whole cents.
    sink.hundredths(tenths * 10L * (110 + dealer));
    sink.hundredths(random.nextInt(180_000));
    sink.truth(random.nextInt(6) == 0);
    sink.endRow();
  }

  private static void cell(Line line, RowSink sink) {
    sink.text(line.bytes, line.length);
  }

  private static void vin(Line line, ModelLine model, int year, long vehicle) {
    line.clear().add(model.wmi());
    byte[] descriptor = model.descriptor();
    line.bytes[line.length++] = descriptor[0];
    line.bytes[line.length++] = descriptor[1];
    line.bytes[line.length++] = descriptor[2];
    // The seventh character is a letter: model years from 2010 on.
    line.bytes[line.length++] = PLANTS[(int) ((vehicle >>> 30 & 0xffff) % PLANTS.length)];
    line.bytes[line.length++] = descriptor[3];
    line.add('0').add(Vin.yearCode(2010 + year));
    line.bytes[line.length++] = PLANTS[(int) ((vehicle >>> 16 & 0xffff) % PLANTS.length)];
    line.number(100_000 + (vehicle >>> 33) % 900_000, 6);
    line.bytes[8] = CheckDigit.of(line.bytes);
  }

  /** Of a VIN in ASCII bytes, after 49 CFR 565.15; {@link Vin} says the same of text, slowly. */
  private static final class CheckDigit {
    private static final int[] WEIGHTS = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    private static final int[] VALUES = new int[128];

    static {
      String letters = "ABCDEFGH.JKLMN.P.R.STUVWXYZ";
      String values = "12345678.12345.7.9.23456789";
      for (int i = 0; i < letters.length(); i++) {
        if (letters.charAt(i) != '.') {
          VALUES[letters.charAt(i)] = values.charAt(i) - '0';
        }
      }
      for (char digit = '0'; digit <= '9'; digit++) {
        VALUES[digit] = digit - '0';
      }
    }

    static byte of(byte[] vin) {
      int sum = 0;
      for (int i = 0; i < WEIGHTS.length; i++) {
        sum += WEIGHTS[i] * VALUES[vin[i]];
      }
      int rest = sum % 11;
      return (byte) (rest == 10 ? 'X' : '0' + rest);
    }
  }

  /** SplitMix64's finalizer. */
  private static long mix(long value) {
    long mixed = (value + 0x9e3779b97f4a7c15L) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  private static Column column(String name, ColumnType type, SemanticType semantic) {
    return new Column(name, type, true, semantic);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
