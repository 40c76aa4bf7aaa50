package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.automotive.Vin;
import com.google.i18n.phonenumbers.PhoneNumberMatch;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds personal data in free text: e-mail addresses, payment cards (brand lengths and the Luhn
 * sum), US social security numbers (issued ranges), phone numbers (libphonenumber), names by what
 * introduces them, street addresses. VINs and numbers introduced as repair orders, parts, mileage
 * and the like are never taken for any of these. Thread-safe.
 */
final class PersonalDataFinder {
  /** A piece of text, end exclusive. */
  record Span(PersonalData kind, int start, int end) {}

  private static final Pattern EMAIL =
      Pattern.compile("(?<![\\w.+-])[\\w.%+-]+@(?:[A-Za-z0-9-]+\\.)+[A-Za-z]{2,24}(?![\\w-])");

  /** Written out to fool robots, or dictated: jo at mail dot com. */
  private static final Pattern SPELLED_EMAIL =
      Pattern.compile(
          "(?i)(?<![\\w.+-])[\\w.+-]+\\s*(?:\\(at\\)|\\[at\\]|\\sat\\s)\\s*[a-z0-9-]+"
              + "\\s*(?:\\(dot\\)|\\[dot\\]|\\sdot\\s)\\s*(?:com|net|org|edu|gov|us|io|co)\\b");

  private static final Pattern CARD =
      Pattern.compile("(?<![\\w.-])\\d(?:[ -]?\\d){12,18}(?![\\w-])");
  private static final Pattern SSN =
      Pattern.compile("(?<![\\w.-])(\\d{3})([- .])(\\d{2})\\2(\\d{4})(?![\\w-])");
  private static final Pattern PLAIN_SSN =
      Pattern.compile(
          "(?i)\\b(?:ssn|social(?:\\s+security)?)(?:\\s+(?:number|no\\.?|is|#|:))*\\W{0,3}"
              + "(\\d{3})(\\d{2})(\\d{4})(?!\\w)");
  private static final Pattern LOCAL_PHONE =
      Pattern.compile(
          "(?i)\\b(?:call|text|phone|cell|mobile|reach|tel|ring|number is)\\b[^.!?\\d]{0,25}"
              + "(?<![\\d-])([2-9]\\d{2}[- .]\\d{4})(?![\\w-])");
  private static final Pattern NAME_CUE =
      Pattern.compile("(?i)\\b(?:my (?:full )?name(?: is|'s|s|:)|name[:=]|ask for|signed,?)\\s+");
  private static final Pattern SELF_CUE =
      Pattern.compile("(?i)\\b(?:this is|i am|i'm|im|it's|attn:?|regards,?|sincerely,?)\\s+");
  private static final Pattern TITLED =
      Pattern.compile(
          "\\b(?:Mr|Mrs|Ms|Miss|Dr)\\.?\\s+(\\p{Lu}[\\p{L}'-]+(?:\\s+\\p{Lu}[\\p{L}'-]+)?)");
  private static final Pattern CAPITALIZED =
      Pattern.compile("\\p{Lu}[\\p{L}'’-]*\\p{Ll}(?:\\s+\\p{Lu}\\.)?");
  private static final Pattern ANY_WORD = Pattern.compile("\\p{L}[\\p{L}'’-]*");
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?<![\\w#-])\\d{1,5}\\s+(?:(?:North|South|East|West|[NSEW])\\.?\\s+)?"
              + "(?:\\p{Lu}[\\p{L}'-]+|\\d{1,3}(?:st|nd|rd|th))(?:\\s+\\p{Lu}[\\p{L}'-]+){0,2}\\s+"
              + "(?:Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Court|Ct|Way|Place|Pl)\\b\\.?"
              + "(?:,?\\s+(?:Apt|Unit|Suite|#)\\.?\\s*\\w+)?");

  /** What stands right before a number that is none of a person. */
  private static final Pattern BUSINESS_NUMBER =
      Pattern.compile(
          "(?i)(?:\\b(?:ro|r\\.o\\.|repair order|work order|order|invoice|ticket|case|claim|stock"
              + "|part|serial|vin|po|ref|reference|odometer|mileage|miles|bulletin|policy|job"
              + "|warranty|tag|key)s?(?:\\s+(?:number|num|no\\.?|id|is|was|at|reads|code))*\\s*"
              + "[#:=]*\\s*|#\\s*)$");

  private static final Pattern UNIT_AFTER =
      Pattern.compile("(?i)^\\s*(?:miles?|mi|km|kilometers|psi|rpm|volts?|dollars|usd)\\b");
  private static final Pattern VIN =
      Pattern.compile("(?<!\\w)[A-HJ-NPR-Za-hj-npr-z0-9]{17}(?!\\w)");

  private static final Set<String> NO_NAMES =
      Set.of(
          "and", "but", "the", "i", "my", "with", "from", "here", "on", "in", "at", "is", "it", "a",
          "an", "so", "or", "for", "please", "thanks", "thank", "call", "car", "not", "no", "to",
          "of", "can", "you", "we", "about", "when", "have", "has", "need", "going", "still", "mr",
          "mrs", "ms", "miss", "dr", "very", "just", "also", "because", "sure", "sorry", "happy",
          "afraid", "hearing");
  private static final Set<String> VEHICLES =
      Set.of(
          "honda",
          "toyota",
          "ford",
          "chevrolet",
          "chevy",
          "jeep",
          "nissan",
          "hyundai",
          "kia",
          "subaru",
          "mazda",
          "volkswagen",
          "vw",
          "bmw",
          "audi",
          "mercedes",
          "lexus",
          "acura",
          "dodge",
          "ram",
          "gmc",
          "tesla",
          "volvo",
          "buick",
          "cadillac",
          "chrysler",
          "lincoln",
          "civic",
          "accord",
          "camry",
          "corolla",
          "silverado",
          "explorer",
          "escape",
          "malibu",
          "altima",
          "rogue",
          "jetta",
          "outback",
          "wrangler",
          "monday",
          "tuesday",
          "wednesday",
          "thursday",
          "friday",
          "saturday",
          "sunday",
          "january",
          "february",
          "march",
          "april",
          "may",
          "june",
          "july",
          "august",
          "september",
          "october",
          "november",
          "december");

  private final Set<PersonalData> kinds;
  private final String region;
  private final PhoneNumberUtil phones = PhoneNumberUtil.getInstance();

  /**
   * @param region two-letter country whose phone numbers may lack the country code
   */
  PersonalDataFinder(Collection<PersonalData> kinds, String region) {
    this.kinds = EnumSet.copyOf(kinds);
    this.region = region;
  }

  /** Non-overlapping pieces in order of place; the first kind in the enum wins where two meet. */
  List<Span> find(String text) {
    List<Span> taken = new ArrayList<>();
    // VINs are protected by taking their places first; they are dropped at the end.
    List<Span> shielded = new ArrayList<>();
    Matcher vin = VIN.matcher(text);
    while (vin.find()) {
      Vin parsed = Vin.parse(vin.group()).orElse(null);
      boolean hasLetter = vin.group().chars().anyMatch(Character::isLetter);
      if (parsed != null && (hasLetter || parsed.checkDigitIsRight())) {
        shielded.add(new Span(PersonalData.NAME, vin.start(), vin.end()));
      }
    }
    for (PersonalData kind : kinds) {
      for (Span span : spans(kind, text)) {
        if (taken.stream().noneMatch(s -> overlap(s, span))
            && shielded.stream().noneMatch(s -> overlap(s, span))) {
          taken.add(span);
        }
      }
    }
    taken.sort((a, b) -> Integer.compare(a.start(), b.start()));
    return taken;
  }

  private List<Span> spans(PersonalData kind, String text) {
    return switch (kind) {
      case EMAIL -> emails(text);
      case CARD -> cards(text);
      case SSN -> socialSecurityNumbers(text);
      case PHONE -> phones(text);
      case NAME -> names(text);
      case ADDRESS -> matches(ADDRESS, text, 0, PersonalData.ADDRESS);
    };
  }

  private static List<Span> emails(String text) {
    if (text.indexOf('@') < 0 && !text.toLowerCase(Locale.ROOT).contains("dot")) {
      return List.of();
    }
    List<Span> spans = matches(EMAIL, text, 0, PersonalData.EMAIL);
    spans.addAll(matches(SPELLED_EMAIL, text, 0, PersonalData.EMAIL));
    return spans;
  }

  private static List<Span> cards(String text) {
    List<Span> spans = new ArrayList<>();
    Matcher matcher = CARD.matcher(text);
    while (matcher.find()) {
      String digits = matcher.group().replaceAll("\\D", "");
      if (isCardNumber(digits) && !isBusinessNumber(text, matcher.start(), matcher.end())) {
        spans.add(new Span(PersonalData.CARD, matcher.start(), matcher.end()));
      }
    }
    return spans;
  }

  /** Digits with a brand's prefix and length (ISO/IEC 7812) whose Luhn sum is right. */
  static boolean isCardNumber(String digits) {
    int n = digits.length();
    int two = Integer.parseInt(digits.substring(0, 2));
    int three = Integer.parseInt(digits.substring(0, 3));
    int four = Integer.parseInt(digits.substring(0, 4));
    boolean brand =
        (digits.charAt(0) == '4' && (n == 13 || n == 16 || n == 19))
            || (n == 16 && ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)))
            || (n == 15 && (two == 34 || two == 37))
            || ((n == 16 || n == 19)
                && (four == 6011 || two == 65 || (three >= 644 && three <= 649)))
            || (n == 14 && ((three >= 300 && three <= 305) || two == 36 || two == 38))
            || (n >= 16 && four >= 3528 && four <= 3589)
            || (n >= 16 && two == 62);
    return brand && luhn(digits);
  }

  static boolean luhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      if (i % 2 == 1) {
        digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      }
      sum += digit;
    }
    return sum % 10 == 0;
  }

  private static List<Span> socialSecurityNumbers(String text) {
    List<Span> spans = new ArrayList<>();
    Matcher matcher = SSN.matcher(text);
    while (matcher.find()) {
      if (issued(matcher.group(1), matcher.group(3), matcher.group(4))
          && !isBusinessNumber(text, matcher.start(), matcher.end())) {
        spans.add(new Span(PersonalData.SSN, matcher.start(), matcher.end()));
      }
    }
    Matcher plain = PLAIN_SSN.matcher(text);
    while (plain.find()) {
      if (issued(plain.group(1), plain.group(2), plain.group(3))) {
        spans.add(new Span(PersonalData.SSN, plain.start(1), plain.end(3)));
      }
    }
    return spans;
  }

  /** Ranges the Social Security Administration issues: no 000, 666, 9xx; no 00; no 0000. */
  private static boolean issued(String area, String group, String serial) {
    return !area.equals("000")
        && !area.equals("666")
        && area.charAt(0) != '9'
        && !group.equals("00")
        && !serial.equals("0000");
  }

  private List<Span> phones(String text) {
    List<Span> spans = new ArrayList<>();
    for (PhoneNumberMatch match :
        phones.findNumbers(text, region, PhoneNumberUtil.Leniency.VALID, Long.MAX_VALUE)) {
      boolean international = match.rawString().startsWith("+");
      if (international || !isBusinessNumber(text, match.start(), match.end())) {
        spans.add(new Span(PersonalData.PHONE, match.start(), match.end()));
      }
    }
    Matcher local = LOCAL_PHONE.matcher(text);
    while (local.find()) {
      if (!isBusinessNumber(text, local.start(1), local.end(1))) {
        spans.add(new Span(PersonalData.PHONE, local.start(1), local.end(1)));
      }
    }
    return spans;
  }

  private static boolean isBusinessNumber(String text, int start, int end) {
    String before = text.substring(Math.max(0, start - 40), start);
    return BUSINESS_NUMBER.matcher(before).find()
        || UNIT_AFTER.matcher(text.substring(end, Math.min(text.length(), end + 12))).find();
  }

  private static List<Span> names(String text) {
    List<Span> spans = matches(TITLED, text, 1, PersonalData.NAME);
    Matcher cue = NAME_CUE.matcher(text);
    while (cue.find()) {
      add(spans, introduced(text, cue.end(), ANY_WORD, 1));
    }
    Matcher self = SELF_CUE.matcher(text);
    while (self.find()) {
      add(spans, introduced(text, self.end(), CAPITALIZED, 2));
    }
    return spans;
  }

  /**
   * Up to three words from a place on that can be a name, or null when fewer than {@code least}.
   */
  private static Span introduced(String text, int from, Pattern word, int least) {
    int end = from;
    int words = 0;
    Matcher matcher = word.matcher(text);
    // Without capitals to go by, a first name and a surname is all that is taken.
    int most = word == ANY_WORD && !startsUpper(text, from) ? 2 : 3;
    int at = from;
    while (words < most && matcher.region(at, text.length()).lookingAt()) {
      String found = matcher.group();
      String lower = found.toLowerCase(Locale.ROOT);
      boolean capitalsGoOn = most == 2 || Character.isUpperCase(found.charAt(0));
      if (NO_NAMES.contains(lower) || VEHICLES.contains(lower) || !capitalsGoOn) {
        break;
      }
      words++;
      end = matcher.end();
      at = end;
      if (at < text.length() && text.charAt(at) == ' ') {
        at++;
      } else {
        break;
      }
    }
    return words < least ? null : new Span(PersonalData.NAME, from, end);
  }

  private static boolean startsUpper(String text, int at) {
    return at < text.length() && Character.isUpperCase(text.charAt(at));
  }

  private static void add(List<Span> spans, Span span) {
    if (span != null && spans.stream().noneMatch(s -> overlap(s, span))) {
      spans.add(span);
    }
  }

  private static List<Span> matches(Pattern pattern, String text, int group, PersonalData kind) {
    List<Span> spans = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      spans.add(new Span(kind, matcher.start(group), matcher.end(group)));
    }
    return spans;
  }

  private static boolean overlap(Span a, Span b) {
    return a.start() < b.end() && b.start() < a.end();
  }
}
