package com.auterity.neuroweaver.jobs.refinement.personal;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the words around a number say of it. A noun that introduces it ("RO 4471", "my cell is ...")
 * or follows it ("... is my social") decides; a word of its kind in the same sentence only helps.
 * At most {@link #REACH} words are looked at on each side.
 */
final class ContextWords {
  private static final int REACH = 8;
  private static final int FILLERS = 5;
  private static final int WIDEST_GAP = 5;

  /** What is added to a score by a noun of the number's own kind, and by one of another. */
  private static final double OWN = 0.45;

  private static final double OTHER = -0.6;
  private static final double NEAR = 0.3;
  private static final double PERSONAL = 0.2;

  private static final Set<String> FILLER =
      Set.of(
          "number", "numbers", "num", "no", "nbr", "nr", "is", "was", "are", "be", "the", "my",
          "our", "his", "her", "your", "their", "a", "an", "of", "it", "its", "s", "this", "that",
          "reads", "read", "says", "shows", "me", "on", "here", "him", "us", "at", "will", "still",
          "ending", "in", "new", "current", "id");
  private static final Set<String> FILLER_AFTER =
      Set.of(
          "the", "my", "our", "his", "her", "a", "best", "new", "current", "only", "number",
          "right", "correct", "old", "s", "wife", "husband");

  private static final Map<String, PersonalData> NOUNS = new HashMap<>();

  /** Nouns of numbers that are no person's. */
  private static final Set<String> BUSINESS =
      Set.of(
          "ro",
          "ros",
          "wo",
          "order",
          "orders",
          "invoice",
          "invoices",
          "ticket",
          "case",
          "claim",
          "stock",
          "stk",
          "part",
          "parts",
          "pn",
          "serial",
          "sn",
          "po",
          "ref",
          "reference",
          "odometer",
          "odo",
          "mileage",
          "miles",
          "bulletin",
          "tsb",
          "policy",
          "job",
          "warranty",
          "key",
          "keys",
          "code",
          "codes",
          "op",
          "opcode",
          "operation",
          "labor",
          "recall",
          "campaign",
          "estimate",
          "quote",
          "lot",
          "bay",
          "model",
          "sku",
          "upc",
          "tracking",
          "confirmation",
          "appointment",
          "contract",
          "deal",
          "item",
          "line",
          "inventory",
          "batch",
          "version",
          "firmware",
          "software",
          "calibration",
          "build",
          "engine",
          "transmission",
          "radio",
          "tire",
          "receipt",
          "transaction",
          "auth",
          "authorization",
          "approval",
          "check",
          "coupon",
          "member",
          "membership",
          "customer",
          "employee",
          "badge",
          "release",
          "section",
          "rev",
          "revision",
          "v",
          "ver",
          "update",
          "patch",
          "doc",
          "document",
          "page",
          "figure",
          "step",
          "torque",
          "price",
          "total",
          "cost",
          "msrp",
          "dtc",
          "kit",
          "casting",
          "assembly",
          "shipment",
          "package",
          "promo",
          "gift",
          "core",
          "bin",
          "asset",
          "unit",
          "register");

  private static final Set<String> UNITS =
      Set.of(
          "mile",
          "miles",
          "mi",
          "km",
          "kms",
          "kilometer",
          "kilometers",
          "psi",
          "rpm",
          "volt",
          "volts",
          "v",
          "dollars",
          "usd",
          "bucks",
          "lbs",
          "ft",
          "nm",
          "hrs",
          "hours",
          "kwh",
          "ohms",
          "mm",
          "amps",
          "cc",
          "units",
          "gallons",
          "liters",
          "degrees",
          "percent");

  private static final Map<PersonalData, Set<String>> HELPERS = new EnumMap<>(PersonalData.class);
  private static final Set<String> PERSONS = Set.of("me", "my", "us", "wife", "husband", "mom");

  static {
    nouns(
        PersonalData.PHONE,
        "phone phones cell cellphone mobile tel telephone call text reach contact ring fax whatsapp"
            + " dial callback landline voicemail ph cel");
    nouns(PersonalData.SSN, "ssn social security ss tin itin taxpayer socials");
    nouns(
        PersonalData.CARD,
        "card cards visa mastercard amex discover credit debit cc diners jcb express");
    nouns(
        PersonalData.BANK_ACCOUNT,
        "account acct accounts routing aba rtn iban checking savings transit");
    nouns(PersonalData.IP, "ip ipv4 ipv6 host");
    nouns(PersonalData.DRIVER_LICENSE, "license licence dl licenses oln dln permit lic");
    nouns(PersonalData.LICENSE_PLATE, "plate plates tag tags registration reg");
    nouns(PersonalData.VIN, "vin vins");
    HELPERS.put(
        PersonalData.PHONE,
        Set.of(
            "phone",
            "phones",
            "cell",
            "cellphone",
            "mobile",
            "tel",
            "telephone",
            "call",
            "calls",
            "calling",
            "called",
            "text",
            "texting",
            "texts",
            "reach",
            "reached",
            "contact",
            "ring",
            "fax",
            "whatsapp",
            "dial",
            "callback",
            "landline",
            "voicemail",
            "message",
            "phoned"));
    HELPERS.put(PersonalData.SSN, Set.of("ssn", "social", "security", "taxpayer", "socials"));
    HELPERS.put(
        PersonalData.CARD,
        Set.of("card", "visa", "mastercard", "amex", "discover", "credit", "debit", "charge"));
    HELPERS.put(
        PersonalData.IP, Set.of("ip", "host", "server", "login", "logged", "ping", "network"));
    HELPERS.put(
        PersonalData.DRIVER_LICENSE,
        Set.of("license", "licence", "dl", "dmv", "driver", "drivers"));
    HELPERS.put(PersonalData.LICENSE_PLATE, Set.of("plate", "plates", "tag", "registration"));
    HELPERS.put(PersonalData.VIN, Set.of("vin"));
  }

  /** Words that make an account one of a bank. */
  static final Set<String> BANK =
      Set.of(
          "bank",
          "banking",
          "checking",
          "savings",
          "routing",
          "ach",
          "deposit",
          "wire",
          "iban",
          "aba",
          "union",
          "autopay",
          "debit",
          "transfer",
          "withdraw",
          "refund");

  private static void nouns(PersonalData kind, String words) {
    for (String word : words.split(" ")) {
      NOUNS.put(word, kind);
    }
  }

  private enum Said {
    NOTHING,
    OWN,
    OTHER
  }

  private final String text;
  private final TextTokens tokens;

  ContextWords(String text, TextTokens tokens) {
    this.text = text;
    this.tokens = tokens;
  }

  /** Words that name numbers of this kind. */
  static boolean isNounOf(PersonalData kind, String word) {
    return NOUNS.get(word) == kind;
  }

  /** What the words around add to the score of a number of this kind. */
  double weight(PersonalData kind, int start, int end) {
    if (currencyBefore(start) || unitAfter(end)) {
      return OTHER;
    }
    Said said = before(kind, start);
    if (said == Said.NOTHING) {
      said = after(kind, end);
    }
    return switch (said) {
      case OWN -> OWN;
      case OTHER -> OTHER;
      case NOTHING ->
          near(HELPERS.getOrDefault(kind, Set.of()), start, end)
              ? NEAR
              : kind == PersonalData.PHONE && near(PERSONS, start, end) ? PERSONAL : 0;
    };
  }

  /** Whether one of the words stands in the same sentence, within reach. */
  boolean near(Set<String> words, int start, int end) {
    int token = tokens.before(start);
    for (int i = 0; i < REACH && token >= 0; i++, token--) {
      if (i > 0 || token + 1 < tokens.size()) {
        if (tokens.sentenceEnds(token)) {
          break;
        }
      }
      if (words.contains(tokens.lower(token))) {
        return true;
      }
    }
    token = tokens.after(end);
    int previous = token - 1;
    for (int i = 0; i < REACH && token < tokens.size(); i++, previous++, token++) {
      if (previous >= 0 && tokens.sentenceEnds(previous)) {
        break;
      }
      if (words.contains(tokens.lower(token))) {
        return true;
      }
    }
    return false;
  }

  private Said before(PersonalData kind, int start) {
    int token = tokens.before(start);
    int right = start;
    boolean hash = false;
    boolean through = false;
    for (int i = 0; i <= FILLERS && token >= 0; i++) {
      int gap = right - tokens.end(token);
      if (gap > WIDEST_GAP || breaks(token, right)) {
        break;
      }
      hash |= text.substring(tokens.end(token), right).indexOf('#') >= 0;
      String word = tokens.lower(token);
      right = tokens.start(token);
      if (word.length() == 1 && token > 0 && tokens.length(token - 1) == 1) {
        // R.O., P/N, D.L.
        String pair = tokens.lower(token - 1) + word;
        if (tokens.gap(token - 1) == 1 && (NOUNS.containsKey(pair) || BUSINESS.contains(pair))) {
          word = pair;
        }
      }
      PersonalData named = NOUNS.get(word);
      if (named != null) {
        return named == kind ? Said.OWN : Said.OTHER;
      }
      if (BUSINESS.contains(word)) {
        boolean distance = word.startsWith("odo") || word.startsWith("mile");
        return through && !distance ? Said.NOTHING : Said.OTHER;
      }
      if (!FILLER.contains(word)) {
        break;
      }
      through |= word.equals("at") || word.equals("on") || word.equals("me");
      token--;
    }
    return hash || (start > 0 && text.charAt(start - 1) == '#') ? Said.OTHER : Said.NOTHING;
  }

  private Said after(PersonalData kind, int end) {
    int token = tokens.after(end);
    if (token >= tokens.size() || tokens.start(token) - end > 2) {
      return Said.NOTHING;
    }
    String first = tokens.lower(token);
    PersonalData named = NOUNS.get(first);
    boolean verb = first.equals("is") || first.equals("was") || first.equals("s");
    if (!verb) {
      boolean strict =
          first.equals("cell")
              || first.equals("mobile")
              || first.equals("landline")
              || first.equals("fax")
              || first.equals("ssn");
      return strict ? (named == kind ? Said.OWN : Said.OTHER) : Said.NOTHING;
    }
    for (int i = 0; i < FILLERS && token + 1 < tokens.size(); i++) {
      if (tokens.sentenceEnds(token)) {
        return Said.NOTHING;
      }
      String word = tokens.lower(++token);
      // "is my credit card", "is the driver's license": the noun is the last of several.
      named = NOUNS.get(word);
      if (named != null) {
        return named == kind ? Said.OWN : Said.OTHER;
      }
      if (BUSINESS.contains(word)) {
        return Said.OTHER;
      }
      if (!FILLER_AFTER.contains(word)) {
        return Said.NOTHING;
      }
    }
    return Said.NOTHING;
  }

  private boolean breaks(int token, int right) {
    for (int i = tokens.end(token); i < right; i++) {
      char c = text.charAt(i);
      boolean blank = i + 1 < text.length() && text.charAt(i + 1) == ' ';
      if (c == '!' || c == '?' || c == ';' || (c == '.' && blank && tokens.length(token) > 3)) {
        return true;
      }
    }
    return false;
  }

  private boolean currencyBefore(int start) {
    int at = start - 1;
    if (at >= 0 && text.charAt(at) == ' ') {
      at--;
    }
    return at >= 0 && Character.getType(text.charAt(at)) == Character.CURRENCY_SYMBOL;
  }

  private boolean unitAfter(int end) {
    int token = tokens.after(end);
    return token < tokens.size()
        && tokens.start(token) - end <= 1
        && UNITS.contains(tokens.lower(token));
  }
}
