package com.auterity.neuroweaver.jobs.refinement.personal;

import com.auterity.neuroweaver.datasets.automotive.Vin;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Invented values in the form of what they stand for, the same for the same value under one key:
 * wherever a person's name, phone or address occurs in a dataset, its surrogate does. First names
 * become first names and family names family names word by word, so that "Maria Keller", "Ms.
 * Keller" and maria.keller@... stay one person. Numbers are chosen where nobody is met by them:
 * phones of the range 555-01xx, social security numbers that are never issued, cards, routing
 * numbers and IBANs whose checksum is wrong, IP addresses of RFC 5737 and RFC 3849.
 */
public final class Surrogates {
  /** A hash of several texts that only who has the key can compute. */
  public interface KeyedHash {
    byte[] of(String... parts);
  }

  private static final List<String> GIVEN = ResourceWords.of("given-names.txt");
  private static final List<String> STEMS =
      List.of(
          "Ash", "Brad", "Carl", "Dun", "Ell", "Farn", "Gar", "Hart", "Ing", "Kings", "Lang", "Mar",
          "Nor", "Oak", "Pem", "Quin", "Red", "Stan", "Thorn", "Under", "Wake", "Whit", "Wind",
          "York", "Alder", "Birch", "Crest", "Dover", "Elm", "Fair");
  private static final List<String> ENDINGS =
      List.of(
          "ford", "well", "ley", "ton", "wick", "brook", "field", "worth", "den", "by", "ham",
          "land", "man", "more", "stead", "wood", "ridge", "burn", "cott", "gate");
  private static final List<String> AREAS =
      List.of(
          "201", "202", "203", "205", "206", "207", "208", "209", "210", "212", "213", "214", "215",
          "216", "217", "218", "219", "224", "225", "228", "229", "231", "234", "239", "240", "248",
          "251", "252", "253", "254", "256", "260", "262", "267", "269", "270", "276", "281", "301",
          "302", "303", "304", "305", "307", "308", "309", "310", "312", "313", "314", "315", "316",
          "317", "318", "319", "320", "321", "323", "330", "331", "334", "336", "337", "339", "347",
          "351", "352", "360", "361", "386", "401", "402", "404", "405", "406", "407", "408", "409",
          "410", "412", "413", "414", "415", "417", "419", "423", "424", "425", "432", "434", "435",
          "440", "443", "458", "469", "478", "479", "480", "484", "501", "502", "503", "504", "505",
          "507", "508", "509", "510", "512", "513", "515", "516", "517", "518", "520", "530", "540",
          "541", "551", "559", "561", "562", "563", "567", "570", "571", "573", "574", "575", "580",
          "585", "586", "601", "602", "603", "605", "606", "607", "608", "609", "610", "612",
          "614");
  private static final Set<String> KEPT_IN_ADDRESSES =
      AddressFinder.union(
          AddressFinder.USUAL_STREETS,
          AddressFinder.USUAL_DIRECTIONS,
          Set.of("apt", "unit", "suite", "ste", "po", "p", "o", "box"));
  private static final Set<String> KEPT_IN_NAMES = Set.of("jr", "sr", "ii", "iii", "iv");

  private final KeyedHash key;
  private final String region;

  public Surrogates(KeyedHash key, String region) {
    this.key = key;
    this.region = region;
  }

  public String of(PersonalData kind, String value) {
    return switch (kind) {
      case NAME -> name(value);
      case EMAIL -> email(value);
      case PHONE -> phone(value);
      case ADDRESS -> address(value);
      case IP -> ip(value);
      case VIN -> vin(value);
      case SSN -> socialSecurity(value);
      case CARD -> card(value);
      case BANK_ACCOUNT -> account(value);
      case DRIVER_LICENSE, LICENSE_PLATE -> characters(value, new Stream(kind, canonical(value)));
    };
  }

  /** What is equal for two ways of writing one value: small letters and digits only. */
  public static String canonical(String value) {
    StringBuilder canonical = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isLetterOrDigit(c)) {
        canonical.append(Character.toLowerCase(c));
      }
    }
    return canonical.toString();
  }

  /** The canonical form of a phone: its digits, without the country code 1. */
  public static String canonicalPhone(String value) {
    String digits = canonical(value).replaceAll("[^0-9]", "");
    return digits.length() == 11 && digits.startsWith("1") ? digits.substring(1) : digits;
  }

  private String name(String value) {
    TextTokens tokens = new TextTokens(value);
    StringBuilder result = new StringBuilder();
    int from = 0;
    boolean familyFirst = value.contains(", ");
    for (int i = 0; i < tokens.size(); i++) {
      result.append(value, from, tokens.start(i));
      String word = value.substring(tokens.start(i), tokens.end(i));
      from = tokens.end(i);
      boolean first = familyFirst ? i == tokens.size() - 1 : i == 0 && tokens.size() > 1;
      if (KEPT_IN_NAMES.contains(tokens.lower(i)) && i > 0) {
        result.append(word);
      } else if (first || (tokens.size() == 1 && GIVEN.contains(tokens.lower(i)))) {
        result.append(cased(word, given(word)));
      } else {
        result.append(cased(word, family(word)));
      }
    }
    return result.append(value, from, value.length()).toString();
  }

  private String given(String word) {
    String own = word.toLowerCase(Locale.ROOT);
    return pick(GIVEN, new Stream("given", own), own);
  }

  private String family(String word) {
    String own = word.toLowerCase(Locale.ROOT);
    Stream stream = new Stream("family", own);
    String made;
    do {
      made = STEMS.get(stream.below(STEMS.size())) + ENDINGS.get(stream.below(ENDINGS.size()));
    } while (made.equalsIgnoreCase(own));
    return made;
  }

  private static String pick(List<String> from, Stream stream, String other) {
    String picked;
    do {
      picked = from.get(stream.below(from.size()));
    } while (picked.equals(other));
    return picked;
  }

  /** Initials stay initials; capitals and small letters go as they went. */
  private static String cased(String like, String made) {
    String capital = made.substring(0, 1).toUpperCase(Locale.ROOT);
    boolean upper = like.equals(like.toUpperCase(Locale.ROOT));
    if (like.length() == 1) {
      return upper ? capital : capital.toLowerCase(Locale.ROOT);
    }
    if (upper) {
      return made.toUpperCase(Locale.ROOT);
    }
    return Character.isUpperCase(like.charAt(0))
        ? capital + made.substring(1).toLowerCase(Locale.ROOT)
        : made.toLowerCase(Locale.ROOT);
  }

  /** Words of the local part as of a name, digits as digits; the host becomes example. */
  private String email(String value) {
    int at = value.indexOf('@');
    TextTokens tokens = new TextTokens(value);
    boolean spelled = at < 0;
    int atToken = tokens.size();
    for (int i = tokens.size() - 1; i >= 0; i--) {
      if (spelled ? tokens.lower(i).equals("at") : tokens.start(i) > at) {
        atToken = i;
        if (spelled) {
          break;
        }
      }
    }
    StringBuilder result = new StringBuilder();
    int from = 0;
    for (int i = 0; i < tokens.size(); i++) {
      result.append(value, from, tokens.start(i));
      from = tokens.end(i);
      String word = value.substring(tokens.start(i), tokens.end(i));
      boolean sign = spelled && Set.of("at", "dot", "underscore", "dash").contains(tokens.lower(i));
      if (sign || i == tokens.size() - 1) {
        result.append(word);
      } else if (i >= (spelled ? atToken + 1 : atToken)) {
        result.append("example");
      } else {
        result.append(localWord(word, i == 0));
      }
    }
    return result.append(value, from, value.length()).toString();
  }

  private String localWord(String word, boolean first) {
    int letters = 0;
    while (letters < word.length() && Character.isLetter(word.charAt(letters))) {
      letters++;
    }
    String name = word.substring(0, letters);
    String made = "";
    if (letters == 1) {
      made = cased(name, first ? given(name) : family(name)).substring(0, 1);
    } else if (letters > 1) {
      made = cased(name, first ? given(name) : family(name));
    }
    String rest = word.substring(letters);
    return made + characters(rest, new Stream("local", rest.toLowerCase(Locale.ROOT)));
  }

  private String phone(String value) {
    Stream stream = new Stream(PersonalData.PHONE, canonicalPhone(value));
    String digits = value.replaceAll("[^0-9]", "");
    int country =
        value.startsWith("+1") || (digits.length() > 10 && digits.startsWith("1")) ? 1 : 0;
    boolean american =
        country == 1 || (!value.startsWith("+") && (region.equals("US") || region.equals("CA")));
    String made;
    if (american && digits.length() - country >= 10) {
      made =
          digits.substring(0, country)
              + AREAS.get(stream.below(AREAS.size()))
              + "55501"
              + stream.digits(digits.length() - country - 8);
    } else if (american && digits.length() == 7) {
      made = "55501" + stream.digits(2);
    } else {
      // The country code and the first digits say where, not who.
      int kept = Math.min(value.startsWith("+") ? 4 : 2, digits.length() - 4);
      made =
          digits.substring(0, Math.max(0, kept))
              + stream.digits(digits.length() - Math.max(0, kept));
    }
    return poured(value, made);
  }

  /** The same text with these digits in the places of its own. */
  private static String poured(String value, String digits) {
    StringBuilder result = new StringBuilder(value);
    int next = 0;
    for (int i = 0; i < value.length(); i++) {
      if (TextTokens.isDigit(value.charAt(i))) {
        result.setCharAt(i, digits.charAt(next++));
      }
    }
    return result.toString();
  }

  /** Area 9xx with group 01 to 49 is issued as nobody's number. */
  private String socialSecurity(String value) {
    Stream stream = new Stream(PersonalData.SSN, canonical(value));
    return poured(
        value, "9" + stream.digits(2) + stream.below(5) + (1 + stream.below(9)) + stream.digits(4));
  }

  private String card(String value) {
    Stream stream = new Stream(PersonalData.CARD, canonical(value));
    String digits = canonical(value);
    String made = digits.charAt(0) + stream.digits(digits.length() - 1);
    if (Checksums.luhn(made)) {
      made = made.substring(0, made.length() - 1) + (made.charAt(made.length() - 1) - '0' + 1) % 10;
    }
    return poured(value, made);
  }

  private String account(String value) {
    Stream stream = new Stream(PersonalData.BANK_ACCOUNT, canonical(value));
    if (Character.isLetter(value.charAt(0))) {
      // Check digits of an IBAN are never 00.
      return value.substring(0, 2) + "00" + characters(value.substring(4), stream);
    }
    String made = stream.digits(canonical(value).length());
    if (made.length() == 9 && Checksums.routing(made)) {
      made = made.substring(0, 8) + (made.charAt(8) - '0' + 1) % 10;
    }
    return poured(value, made);
  }

  private String ip(String value) {
    Stream stream = new Stream(PersonalData.IP, value.toLowerCase(Locale.ROOT));
    if (value.contains(":")) {
      return "2001:db8::%x:%x".formatted(1 + stream.below(65_535), 1 + stream.below(65_535));
    }
    return List.of("192.0.2.", "198.51.100.", "203.0.113.").get(stream.below(3))
        + (1 + stream.below(254));
  }

  /** Maker, model and year stay true; the serial number changes, and the check digit with it. */
  private String vin(String value) {
    String upper = value.toUpperCase(Locale.ROOT);
    Stream stream = new Stream(PersonalData.VIN, upper);
    String made = Vin.withCheckDigit(upper.substring(0, 11) + stream.digits(6)).value();
    return value.equals(upper) ? made : made.toLowerCase(Locale.ROOT);
  }

  /** Numbers as numbers, names of streets and towns as names; kinds of street and states stay. */
  private String address(String value) {
    TextTokens tokens = new TextTokens(value);
    StringBuilder result = new StringBuilder();
    int from = 0;
    for (int i = 0; i < tokens.size(); i++) {
      result.append(value, from, tokens.start(i));
      from = tokens.end(i);
      String word = value.substring(tokens.start(i), tokens.end(i));
      boolean state = i > 2 && word.length() == 2 && tokens.upperCase(i);
      if (state
          || KEPT_IN_ADDRESSES.contains(tokens.lower(i)) && i > 0
          || i == 0 && tokens.upperCase(i)) {
        result.append(word);
      } else if (tokens.lettersOnly(i)) {
        result.append(cased(word, family(word)));
      } else {
        result.append(characters(word, new Stream(PersonalData.ADDRESS, canonical(word) + i)));
      }
    }
    return result.append(value, from, value.length()).toString();
  }

  /** Digits for digits (none of them leading zeros), letters for letters of the same case. */
  private static String characters(String value, Stream stream) {
    StringBuilder result = new StringBuilder(value);
    boolean first = true;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (TextTokens.isDigit(c)) {
        result.setCharAt(i, (char) ('0' + (first ? 1 + stream.below(9) : stream.below(10))));
        first = false;
      } else if (Character.isLetter(c)) {
        char base = Character.isUpperCase(c) ? 'A' : 'a';
        result.setCharAt(i, (char) (base + stream.below(26)));
      }
    }
    return result.toString();
  }

  /** Numbers that depend on the key and the value alone. */
  private final class Stream {
    private final String kind;
    private final String value;
    private byte[] block;
    private int block0;
    private int used;

    Stream(PersonalData kind, String value) {
      this(kind.word(), value);
    }

    Stream(String kind, String value) {
      this.kind = kind;
      this.value = value;
      block = key.of("surrogate", kind, value, "0");
    }

    /** Evenly from 0 to n - 1, as far as 31 bits divide evenly. */
    int below(int n) {
      if (used + 4 > block.length) {
        block = key.of("surrogate", kind, value, Integer.toString(++block0));
        used = 0;
      }
      int bits = 0;
      for (int i = 0; i < 4; i++) {
        bits = bits << 8 | (block[used++] & 0xff);
      }
      return (bits & Integer.MAX_VALUE) % n;
    }

    String digits(int count) {
      StringBuilder digits = new StringBuilder();
      for (int i = 0; i < count; i++) {
        digits.append((char) ('0' + below(10)));
      }
      return digits.toString();
    }
  }
}
