package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.automotive.Vin;
import com.auterity.neuroweaver.jobs.refinement.personal.Candidate;
import com.auterity.neuroweaver.jobs.refinement.personal.Checksums;
import com.auterity.neuroweaver.jobs.refinement.personal.PersonalData;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Labelled texts of a dealership, made from templates. People, places and ways of writing are not
 * those the rules were written with: no name here is in their lists, and the held-out templates
 * were written after the rules had a first version, and their faults were never looked at when a
 * rule was changed.
 */
final class PersonalDataSamples {
  /** A text and what is personal in it. */
  record Sample(String template, String text, List<Candidate> labels) {}

  static final List<String> GIVEN =
      List.of(
          "Thandiwe",
          "Bartholomew",
          "Oluwaseun",
          "Ingeborg",
          "Saoirse",
          "Xiomara",
          "Zdenka",
          "Anneliese",
          "Kaveh",
          "Rashida",
          "Tomasz",
          "Leocadia",
          "Mbali",
          "Eleni",
          "Sigrid",
          "Nikhil",
          "Harpreet",
          "Calliope",
          "Desmond",
          "Lourdes",
          "Fionnuala",
          "Takumi",
          "Quentin",
          "Marisol",
          "Delphine",
          "Emeka",
          "Rosalind",
          "Cormac",
          "Yevgenia",
          "Isidro",
          "Jamal",
          "Bronwyn",
          "Anselm",
          "Guadalupe",
          "Tariq",
          "Wilhelmina",
          "Soren",
          "Amina",
          "Reginald");
  static final List<String> FAMILY =
      List.of(
          "Ncube",
          "Quincy",
          "Halvorsen",
          "Castellanos",
          "Brzezinski",
          "O'Shaughnessy",
          "van der Merwe",
          "Papadopoulos",
          "Achterberg",
          "Lindqvist",
          "Villanueva",
          "Abernathy",
          "Kawaguchi",
          "Ravindran",
          "Delacroix",
          "Fitzwilliam",
          "Oyelaran",
          "Szczepanski",
          "Montague",
          "Ibarra",
          "Thorvaldsen",
          "Mukherjee",
          "Pemberton",
          "de la Fuente",
          "Haskins",
          "Yilmaz",
          "Drozdov",
          "McAllister",
          "Al-Rashid",
          "Fujimoto",
          "Bankole",
          "Stone-Whitaker");
  private static final List<String> STREETS =
      List.of(
          "Larkspur Lane",
          "Wendover Ave",
          "Tamarack Trail",
          "Juniper Hollow Road",
          "Old Mill Rd",
          "Sycamore St",
          "Kensington Court",
          "Bayview Terrace",
          "W Magnolia Blvd",
          "Quarry Dr",
          "Pinecrest Circle",
          "Chestnut Hill Ave",
          "SE 47th Street",
          "Saddleback Pkwy",
          "N. Harbor View Way",
          "Rue Bienville Place",
          "Copperfield Loop",
          "E 112th Ave");
  private static final List<String> TOWNS =
      List.of(
          "Yakima, WA 98902",
          "Duluth, MN 55805",
          "Chattanooga, TN 37408",
          "Tulsa OK 74120",
          "Bangor, ME 04401",
          "Boise, ID 83702-4411",
          "Santa Rosa, CA 95404",
          "Baton Rouge, LA 70808",
          "Eau Claire, WI 54701",
          "Fargo ND 58102");
  private static final List<String> AREAS =
      List.of("503", "406", "615", "208", "414", "775", "843", "502", "918", "860");
  private static final List<String> HOSTS =
      List.of(
          "fjordline.no",
          "mail.tidewater.org",
          "bluemesa.net",
          "gmail.com",
          "yahoo.co.uk",
          "pinnacle-roofing.com",
          "cs.lakeside.edu",
          "proton.me",
          "web.de",
          "riverbend.k12.mn.us");
  private static final List<String> CARS =
      List.of(
          "Civic",
          "Silverado",
          "RAV4",
          "Outback",
          "CX-5",
          "F-150",
          "Sorento",
          "Jetta",
          "Altima",
          "Grand Cherokee",
          "Pacifica",
          "Telluride");

  /** Looked at while the rules were made. */
  static final List<String> DEVELOPMENT =
      List.of(
          "Customer {name} came in because the {car} shakes above {mph} mph.",
          "please call me back at {phone} when its done",
          "My number is {phone}, email {email}.",
          "This is {name} calling about my {year} {car}, you can reach me on {phone}.",
          "{first} said the noise started at {miles} miles.",
          "Spoke with {name}, authorized {price} for op code {op}.",
          "Cust wants update by text {phone} or {email}",
          "SSN on the credit app is {ssn}.",
          "my social is {ssn} if you need it for financing",
          "charge the visa {card} exp 09/28",
          "Card number {card}, zip on file.",
          "Tow it from {address} to the shop",
          "I live at {address} and cant drive it in.",
          "routing number {routing}, checking account {account}",
          "Wire the refund to IBAN {iban} please",
          "Her driver's license is {dl}",
          "DL# {dl} scanned at test drive",
          "plate {plate}, white {car}",
          "License plate is {plate}, parked in row 4",
          "Customer logged in from {ip} at {time}",
          "VIN {vin}, RO {ro}, odometer {miles}",
          "Hi {first}, your {car} is ready. Total {price}.",
          "Thanks,\n{name}",
          "my wife {first} will pick it up",
          "Mrs. {last} called twice about recall {recall}",
          "RO {ro} closed on {date}, tech found {dtc} stored",
          "repair order {ro}: replaced part {part}, {hours} hrs",
          "Stock number {stock}, MSRP {price}, {year} model",
          "odometer reads {miles} miles, last service {date}",
          "invoice {ten} paid in full",
          "codes {dtc} and {dtc2} after TSB {tsb}",
          "Part {part} superseded by {part2}, core {price}",
          "Torque to 103 lb-ft, tires 225/45R17 at 35 psi",
          "Customer states brakes squeal when cold. Verified concern.",
          "Recommend Front Brake Pads And Rotors",
          "op {op} {hours} hours, op {op2} {hours} hours",
          "Software version {version} installed on the radio",
          "Claim {ten} approved by warranty, auth code {six}",
          "bought it {date} at {miles} miles for {price}",
          "tracking {twelve} for the {car} bumper");

  /** Never looked at. */
  static final List<String> HELD_OUT =
      List.of(
          "hey its {name}, i dropped off the {car} this morning. ring me {phone}",
          "Left voicemail for {name} at {phone}; no answer.",
          "{name} declined the {op} service, says it was done at {miles} miles",
          "Appointment for {name} on {date} at {time}, loaner requested.",
          "Owner: {name}\nPhone: {phone}\nEmail: {email}\nVehicle: {year} {car}",
          "Bill to {name}, {address}",
          "My husband {first} thinks the {car} pulls to the left",
          "Dear {first},\nyour quote for the {car} is {price}.",
          "Regards,\n{name}",
          "Please have the advisor contact Mr. {last} about RO {ro}",
          "my name is {name} and my {car} will not start",
          "{first}'s truck is still on the lift, {dtc} came back",
          "sold to {name} of {address} on {date}",
          "best way to get hold of me is {phone} after five",
          "Work phone {phone}, home {phone2}.",
          "you can send the invoice to {email}",
          "{email} is where the estimate for RO {ro} should go",
          "contact: {spelled}",
          "For the loan application: social security number {ssn}, born {date}.",
          "Applicant SSN {ssn}, driver license {dl}.",
          "Took a deposit of {price} on Mastercard {card}",
          "amount {price} was charged to {card} twice",
          "please refund to my debit card ending, full number {card}",
          "Ship the fob to {address}",
          "Pick up the {car} at {address} before {time}",
          "mailing address: {address}",
          "set up autopay from bank account {account}, routing {routing}",
          "ACH to account number {account} at the credit union",
          "Payment arrived from {iban} on {date}",
          "license number {dl}, expires {date}",
          "Test drive: {name}, DL {dl}, plate {plate}",
          "tag number {plate} got towed from {address}",
          "The {car} with plates {plate} blocks bay 3",
          "Portal request from IP address {ip} denied",
          "Last session {ip}, user {email}",
          "vin is {vin} and it has {miles} on it",
          "Warranty check for {vin}: covered until {date}.",
          "ok thanks - {first}",
          "attn {name} re: {car} lemon law case",
          "Tech {name} verified {dtc}, replaced {part}",
          "RO# {ro} / tag {four} / advisor 12 / {miles} mi in, {miles2} mi out",
          "order {ten} for part {part}, ETA {date}",
          "stk {stock} listed at {price}, was {price2}",
          "Labor op {op}: {hours} hrs @ {price}",
          "Freeze frame: {dtc} at 2150 rpm, 187 F, {miles} km",
          "recall {recall} done {date}, bulletin {tsb} does not apply",
          "{year} {car}, {miles} miles, asking {price}",
          "Batch {twelve} of oil filters {part} recalled by supplier",
          "confirmation {ten} for the rental, contract {nine}",
          "Front tires 5/32, rear 7/32, battery 620 CCA, coolant -34 F",
          "Customer Requests Oil Change And Tire Rotation",
          "Technician Recommends Transmission Flush At {miles}",
          "Service Advisor Notes: Customer Waiting",
          "Update the module to calibration {version} per {tsb}",
          "drive 12 miles on Highway 20 and the temp climbs",
          "2 wheel drive 4 door with 18 inch wheels",
          "serial {twelve}, casting {nine}, key code {four}",
          "PO {six}, ref {nine}, dept 44",
          "I paid {price} on {date} and {price2} on {date2}",
          "The Honda dealer on Main said it needs a Bosch alternator");

  private final SplittableRandom random;

  PersonalDataSamples(long seed) {
    random = new SplittableRandom(seed);
  }

  /** {@code count} texts, the templates in turn. */
  List<Sample> draw(List<String> templates, int count) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(fill(templates.get(i % templates.size())));
    }
    return samples;
  }

  private Sample fill(String template) {
    StringBuilder text = new StringBuilder();
    List<Candidate> labels = new ArrayList<>();
    int from = 0;
    for (int open = template.indexOf('{'); open >= 0; open = template.indexOf('{', from)) {
      int close = template.indexOf('}', open);
      text.append(template, from, open);
      int start = text.length();
      String slot = template.substring(open + 1, close).replaceAll("\\d$", "");
      text.append(value(slot));
      PersonalData kind = kind(slot);
      if (kind != null) {
        labels.add(new Candidate(kind, start, text.length(), 1));
      }
      from = close + 1;
    }
    return new Sample(template, text.append(template.substring(from)).toString(), labels);
  }

  private static PersonalData kind(String slot) {
    return switch (slot) {
      case "name", "first", "last" -> PersonalData.NAME;
      case "phone" -> PersonalData.PHONE;
      case "email", "spelled" -> PersonalData.EMAIL;
      case "ssn" -> PersonalData.SSN;
      case "card" -> PersonalData.CARD;
      case "address" -> PersonalData.ADDRESS;
      case "routing", "account", "iban" -> PersonalData.BANK_ACCOUNT;
      case "ip" -> PersonalData.IP;
      case "dl" -> PersonalData.DRIVER_LICENSE;
      case "plate" -> PersonalData.LICENSE_PLATE;
      case "vin" -> PersonalData.VIN;
      default -> null;
    };
  }

  private String value(String slot) {
    return switch (slot) {
      case "name" -> name();
      case "first" -> pick(GIVEN);
      case "last" -> pick(FAMILY);
      case "phone" -> phone();
      case "email" -> email();
      case "spelled" -> local() + " at " + pick(List.of("outlook", "bluemesa")) + " dot com";
      case "ssn" ->
          form(
              pick(List.of("%s-%s-%s", "%s %s %s", "%s-%s-%s", "%s%s%s")),
              number(101, 665),
              number(10, 99),
              number(1001, 9998));
      case "card" -> card();
      case "address" -> address();
      case "routing" -> routing();
      case "account" ->
          pick(List.of(digits(8), digits(10), digits(12), digits(4) + "-" + digits(6)));
      case "iban" -> iban();
      case "ip" -> ip();
      case "dl" -> license();
      case "plate" ->
          pick(
              List.of(
                  number(2, 9) + letters(3) + digits(3),
                  letters(3) + "-" + digits(4),
                  letters(3) + " " + digits(4),
                  letters(3) + digits(4),
                  letters(2) + digits(2) + letters(3)));
      case "vin" ->
          Vin.withCheckDigit(
                  pick(List.of("1HGCV1F3", "5NPD84LF", "4S4BTAFC", "WBA8E9G5"))
                      + "0"
                      + pick(List.of("H", "J", "K", "L"))
                      + pick(List.of("A", "N", "U"))
                      + digits(6))
              .value();
      case "ro" -> pick(List.of(digits(6), "5" + digits(5), digits(7), "RO-" + digits(6)));
      case "part" ->
          pick(
              List.of(
                  digits(5) + "-" + letters(3) + "-A" + digits(2),
                  letters(2) + digits(2) + "-" + digits(4),
                  digits(5) + "-" + digits(5),
                  digits(8),
                  digits(3) + "-" + digits(2) + "-" + digits(3)));
      case "op" -> letters(3) + digits(2);
      case "miles" ->
          pick(List.of(number(1000, 199_999), "%,d".formatted(random.nextInt(1000, 199_999))));
      case "dtc" -> pick(List.of("P0", "P1", "C1", "B1", "U0")) + digits(3);
      case "year" -> number(2004, 2026);
      case "price" ->
          pick(
              List.of(
                  "$" + number(20, 999) + "." + digits(2),
                  "$%,d".formatted(random.nextInt(1000, 60_000)),
                  number(100, 4999) + " dollars"));
      case "stock" ->
          pick(List.of(letters(1) + digits(5), digits(6), letters(2) + digits(4) + "A"));
      case "date" ->
          pick(
              List.of(
                  "20" + number(20, 26) + "-" + number(10, 12) + "-" + number(10, 28),
                  number(1, 12) + "/" + number(1, 28) + "/20" + number(20, 26),
                  "March " + number(1, 28)));
      case "time" -> number(7, 12) + ":" + number(10, 59) + pick(List.of("", " am", "pm"));
      case "mph" -> number(45, 80);
      case "hours" -> number(0, 9) + "." + number(1, 9);
      case "recall" -> number(19, 26) + "V-" + digits(3);
      case "tsb" -> number(10, 26) + "-" + digits(4) + "-" + number(10, 26);
      case "version" ->
          number(1, 9) + "." + number(0, 20) + "." + number(0, 20) + "." + number(0, 20);
      case "car" -> pick(CARS);
      case "four" -> digits(4);
      case "six" -> digits(6);
      case "nine" -> digits(9);
      case "ten" -> pick(AREAS) + number(200, 999) + digits(4);
      case "twelve" -> digits(12);
      default -> throw new IllegalArgumentException(slot);
    };
  }

  private String name() {
    String middle = random.nextInt(5) == 0 ? " " + letters(1) + "." : "";
    return pick(GIVEN) + middle + " " + pick(FAMILY);
  }

  private String phone() {
    String area = pick(AREAS);
    String exchange = random.nextInt(2, 10) + "" + random.nextInt(2, 10) + random.nextInt(2, 10);
    String line = digits(4);
    return form(
        pick(
            List.of(
                "(%s) %s-%s",
                "%s.%s.%s",
                "%s-%s-%s",
                "%s%s%s",
                "+1 %s %s %s",
                "1-%s-%s-%s",
                "%s %s %s",
                "(%s)%s-%s",
                "%s-%s-%s x" + number(10, 99),
                "+1%s%s%s")),
        area,
        exchange,
        line);
  }

  private String local() {
    String given = pick(GIVEN).toLowerCase(Locale.ROOT);
    String family = pick(FAMILY).toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    return pick(
        List.of(
            given + "." + family,
            given.charAt(0) + family,
            given + number(10, 99),
            given + "_" + family));
  }

  private String email() {
    String local = local() + (random.nextInt(5) == 0 ? "+car" : "");
    String address = local + "@" + pick(HOSTS);
    return random.nextInt(6) == 0 ? address.toUpperCase(Locale.ROOT) : address;
  }

  private String address() {
    String street = number(10, 9999) + " " + pick(STREETS);
    String unit =
        pick(
            List.of(
                "", "", " Apt " + number(1, 40), ", Unit " + letters(1), " #" + number(1, 300)));
    return street + unit + (random.nextBoolean() ? ", " + pick(TOWNS) : "");
  }

  private String card() {
    String prefix = pick(List.of("4539", "5424", "2720", "3714", "6011"));
    int length = prefix.equals("3714") ? 15 : 16;
    String digits = prefix + digits(length - 5);
    for (int check = 0; check < 10; check++) {
      if (Checksums.luhn(digits + check)) {
        digits += check;
        break;
      }
    }
    return switch (random.nextInt(3)) {
      case 0 -> digits;
      case 1 ->
          length == 15
              ? digits.replaceAll("(.{4})(.{6})(.{5})", "$1 $2 $3")
              : digits.replaceAll("(.{4})(?=.)", "$1 ");
      default ->
          length == 15
              ? digits.replaceAll("(.{4})(.{6})(.{5})", "$1-$2-$3")
              : digits.replaceAll("(.{4})(?=.)", "$1-");
    };
  }

  private String routing() {
    while (true) {
      String digits = pick(List.of("05", "11", "26", "31")) + digits(7);
      if (Checksums.routing(digits)) {
        return digits;
      }
    }
  }

  private String iban() {
    String country = pick(List.of("DE", "GB", "NL", "ES", "FR"));
    String bank = country.equals("GB") ? "NWBK" : country.equals("NL") ? "ABNA" : "";
    String account = bank + digits(Checksums.ibanLength(country) - 4 - bank.length());
    for (int check = 2; check < 99; check++) {
      String iban = country + "%02d".formatted(check) + account;
      if (Checksums.iban(iban)) {
        return random.nextBoolean() ? iban : iban.replaceAll("(.{4})(?=.)", "$1 ");
      }
    }
    throw new IllegalStateException();
  }

  private String ip() {
    return random.nextInt(3) == 0
        ? "2a02:8109:%x:%x::%x"
            .formatted(
                random.nextInt(4096, 65536), random.nextInt(4096, 65536), random.nextInt(1, 4096))
        : number(24, 220) + "." + number(0, 255) + "." + number(0, 255) + "." + number(1, 254);
  }

  private String license() {
    return pick(
        List.of(
            letters(1) + digits(7),
            digits(8),
            digits(9),
            letters(2) + digits(6),
            letters(1) + digits(3) + "-" + digits(4) + "-" + digits(4),
            letters(1) + digits(3) + "-" + digits(3) + "-" + digits(2) + "-" + digits(3) + "-0",
            letters(1) + digits(14),
            "WDL" + letters(3) + digits(3) + letters(2) + digits(1)));
  }

  private static String form(String format, Object... parts) {
    return format.formatted(parts);
  }

  private String number(int least, int most) {
    return Integer.toString(random.nextInt(least, most + 1));
  }

  private String digits(int count) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < count; i++) {
      digits.append(random.nextInt(i == 0 ? 1 : 0, 10));
    }
    return digits.toString();
  }

  private String letters(int count) {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < count; i++) {
      letters.append("ABCDEFGHJKLMNPRSTUVWXYZ".charAt(random.nextInt(23)));
    }
    return letters.toString();
  }

  private String pick(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}
