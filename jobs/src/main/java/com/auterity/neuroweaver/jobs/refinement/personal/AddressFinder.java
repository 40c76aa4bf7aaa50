package com.auterity.neuroweaver.jobs.refinement.personal;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds postal addresses as North America writes them, around house numbers: number, direction, one
 * to four words, what kind of street, unit, then city, state and ZIP code; and post office boxes.
 */
final class AddressFinder {
  /** The commonest; surrogates keep them as they are. */
  static final Set<String> USUAL_STREETS =
      Set.of(
          "street",
          "st",
          "avenue",
          "ave",
          "road",
          "rd",
          "drive",
          "dr",
          "lane",
          "ln",
          "boulevard",
          "blvd",
          "court",
          "ct",
          "way",
          "place",
          "pl",
          "circle",
          "cir",
          "terrace",
          "ter",
          "trail",
          "parkway",
          "pkwy",
          "highway",
          "hwy",
          "square",
          "loop",
          "route");

  private static final Set<String> STREETS =
      union(
          USUAL_STREETS,
          Set.of(
              "trl",
              "sq",
              "pike",
              "row",
              "run",
              "crossing",
              "ridge",
              "alley",
              "aly",
              "plaza",
              "point",
              "path",
              "walk",
              "bend",
              "cove",
              "broadway",
              "turnpike",
              "hollow",
              "glen",
              "heights",
              "landing",
              "expressway"));

  /** Kinds of street whose name follows them: Highway 12, Route 9. */
  private static final Set<String> NUMBERED = Set.of("highway", "hwy", "route", "rte");

  /** Such that small letters are enough. */
  private static final Set<String> SURE =
      Set.of("street", "avenue", "ave", "boulevard", "blvd", "lane", "road", "parkway", "terrace");

  /** Surrogates keep them as they are. */
  static final Set<String> USUAL_DIRECTIONS =
      Set.of("north", "south", "east", "west", "n", "s", "e", "w", "ne", "nw", "se", "sw");

  private static final Set<String> DIRECTIONS =
      union(USUAL_DIRECTIONS, Set.of("northeast", "northwest", "southeast", "southwest"));
  private static final Set<String> UNITS =
      Set.of("apt", "apartment", "unit", "suite", "ste", "lot", "floor", "fl", "bldg", "rm");
  private static final Set<String> STATES =
      Set.of(
          "al", "ak", "az", "ar", "ca", "co", "ct", "de", "fl", "ga", "hi", "id", "il", "in", "ia",
          "ks", "ky", "la", "me", "md", "ma", "mi", "mn", "ms", "mo", "mt", "ne", "nv", "nh", "nj",
          "nm", "ny", "nc", "nd", "oh", "ok", "or", "pa", "ri", "sc", "sd", "tn", "tx", "ut", "vt",
          "va", "wa", "wv", "wi", "wy", "dc", "pr");

  /** First words after a number that make it no house number. */
  private static final Set<String> NO_STREET =
      Set.of(
          "mile",
          "miles",
          "mi",
          "km",
          "wheel",
          "speed",
          "door",
          "cylinder",
          "way",
          "point",
          "year",
          "years",
          "month",
          "months",
          "day",
          "days",
          "hour",
          "hours",
          "minute",
          "minutes",
          "week",
          "weeks",
          "psi",
          "rpm",
          "volt",
          "volts",
          "times",
          "percent",
          "gallon",
          "quart",
          "quarts",
          "am",
          "pm",
          "of",
          "in",
          "on",
          "to",
          "at",
          "and",
          "or",
          "the",
          "more",
          "degrees",
          "inch",
          "dollars",
          "lbs",
          "ft",
          "passenger",
          "seat",
          "row",
          "tires",
          "x");

  private static final Set<String> HELPERS =
      Set.of(
          "live",
          "lives",
          "living",
          "address",
          "home",
          "house",
          "residence",
          "mail",
          "pickup",
          "deliver",
          "located",
          "reside",
          "resides",
          "moved",
          "ship",
          "send",
          "tow",
          "towed",
          "parked",
          "pick",
          "drop");

  private static final int MOST_NAME_WORDS = 4;

  private final String text;
  private final TextTokens tokens;
  private final ContextWords context;
  private final Set<String> vehicles;
  private final Candidates found;

  AddressFinder(
      String text,
      TextTokens tokens,
      ContextWords context,
      Set<String> vehicles,
      Candidates found) {
    this.text = text;
    this.tokens = tokens;
    this.context = context;
    this.vehicles = vehicles;
    this.found = found;
  }

  void find() {
    for (int token = 0; token < tokens.size(); token++) {
      if (houseNumber(token)) {
        street(token);
      } else if (tokens.length(token) <= 3 && token + 1 < tokens.size()) {
        box(token);
      }
    }
  }

  /** One to five digits, perhaps with a letter (221B), and nothing joined before it. */
  private boolean houseNumber(int token) {
    int length = tokens.length(token);
    if (length > 6 || !TextTokens.isDigit(text.charAt(tokens.start(token)))) {
      return false;
    }
    for (int i = tokens.start(token); i < tokens.end(token); i++) {
      boolean last = i == tokens.end(token) - 1;
      if (!TextTokens.isDigit(text.charAt(i))
          && !(last && length > 1 && Character.isUpperCase(text.charAt(i)))) {
        return false;
      }
    }
    char before = tokens.start(token) == 0 ? ' ' : text.charAt(tokens.start(token) - 1);
    return "#-_$./:".indexOf(before) < 0 && length <= (tokens.digitsOnly(token) ? 5 : 6);
  }

  private void street(int number) {
    int token = number;
    int words = 0;
    boolean capitals = true;
    boolean ordinal = false;
    int kind = -1;
    boolean vehicle = false;
    while (token + 1 < tokens.size() && words <= MOST_NAME_WORDS + 1) {
      if (!together(token)) {
        break;
      }
      String word = tokens.lower(++token);
      boolean direction = DIRECTIONS.contains(word);
      if (words == 0 && NO_STREET.contains(word)) {
        return;
      }
      if (words == 0 && NUMBERED.contains(word) && token + 1 < tokens.size()) {
        if (tokens.digitsOnly(token + 1) && tokens.length(token + 1) <= 4 && together(token)) {
          kind = token + 1;
          break;
        }
      }
      if (words > 0 && STREETS.contains(word) || word.equals("broadway")) {
        kind = token;
        if (!(token + 1 < tokens.size()
            && together(token)
            && STREETS.contains(tokens.lower(token + 1)))) {
          break;
        }
        words++;
        continue;
      }
      boolean numeral = isOrdinal(word);
      if (!numeral && !tokens.lettersOnly(token) || word.isEmpty()) {
        break;
      }
      ordinal |= numeral;
      capitals &= numeral || Character.isUpperCase(text.charAt(tokens.start(token)));
      vehicle |= vehicles.contains(word);
      words += direction && words == 0 ? 0 : 1;
    }
    if (kind < 0) {
      return;
    }
    boolean helped = context.near(HELPERS, tokens.start(number), tokens.end(kind));
    double score = 0;
    if (capitals) {
      score = vehicle ? 0.4 : 0.75;
    } else if (SURE.contains(tokens.lower(kind))) {
      score = ordinal || !vehicle ? 0.35 : 0.1;
    }
    int last = kind;
    if (last + 1 < tokens.size()
        && together(last)
        && DIRECTIONS.contains(tokens.lower(last + 1))
        && tokens.upperCase(last + 1)) {
      last++;
    }
    last = unit(last);
    int town = town(last);
    score += (helped ? 0.25 : 0) + (town > last ? 0.3 : 0);
    int end = tokens.end(town);
    found.add(PersonalData.ADDRESS, tokens.start(number), end, score);
  }

  /** Whether the next word belongs to the same phrase: one blank, perhaps after a period. */
  private boolean together(int token) {
    int gap = tokens.gap(token);
    char first = text.charAt(tokens.end(token));
    char second = gap > 1 ? text.charAt(tokens.end(token) + 1) : ' ';
    boolean inName = gap == 1 && (first == '-' || first == '\'' || first == '\u2019');
    return inName
        || (gap == 1 && Character.isWhitespace(first))
        || (gap == 2 && first == '.' && tokens.length(token) <= 4 && second == ' ');
  }

  private boolean loosely(int token) {
    int gap = tokens.gap(token);
    if (gap > 3) {
      return false;
    }
    for (int i = tokens.end(token); i < tokens.end(token) + gap; i++) {
      if (" ,.\n#".indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOrdinal(String word) {
    int digits = 0;
    while (digits < word.length() && TextTokens.isDigit(word.charAt(digits))) {
      digits++;
    }
    String rest = word.substring(digits);
    return digits > 0
        && digits <= 3
        && (rest.equals("st") || rest.equals("nd") || rest.equals("rd") || rest.equals("th"));
  }

  private int unit(int last) {
    if (last + 1 >= tokens.size() || !loosely(last)) {
      return last;
    }
    boolean hash = text.substring(tokens.end(last), tokens.start(last + 1)).indexOf('#') >= 0;
    if (hash && tokens.length(last + 1) <= 5) {
      return last + 1;
    }
    if (UNITS.contains(tokens.lower(last + 1))
        && last + 2 < tokens.size()
        && loosely(last + 1)
        && tokens.length(last + 2) <= 5) {
      return last + 2;
    }
    return last;
  }

  /** The last token of "city, state ZIP" after a street, or {@code last} when there is none. */
  private int town(int last) {
    int token = last;
    for (int words = 0; words <= 4 && token + 1 < tokens.size(); words++) {
      if (!loosely(token)) {
        return last;
      }
      token++;
      String word = tokens.lower(token);
      if (words > 0 && STATES.contains(word) && tokens.upperCase(token)) {
        int zip = token + 1;
        boolean follows = zip < tokens.size() && loosely(token) && isZip(zip);
        if (!follows) {
          return token;
        }
        boolean plusFour =
            zip + 1 < tokens.size()
                && tokens.joinedBy(zip, '-')
                && tokens.length(zip + 1) == 4
                && tokens.digitsOnly(zip + 1);
        return plusFour ? zip + 1 : zip;
      }
      if (words > 0 && isZip(token)) {
        return token;
      }
      if (!tokens.titleCase(token)) {
        return last;
      }
    }
    return last;
  }

  private boolean isZip(int token) {
    return tokens.length(token) == 5 && tokens.digitsOnly(token);
  }

  /** P.O. Box 12, PO box 12. */
  private void box(int token) {
    int box = token;
    String word = tokens.lower(token);
    if (word.equals("p") && tokens.lower(token + 1).equals("o") && tokens.gap(token) <= 2) {
      box = token + 1;
    } else if (!word.equals("po")) {
      return;
    }
    if (box + 2 < tokens.size()
        && tokens.lower(box + 1).equals("box")
        && tokens.gap(box) <= 2
        && tokens.gap(box + 1) <= 2
        && tokens.digitsOnly(box + 2)
        && tokens.length(box + 2) <= 7) {
      int end = tokens.end(town(box + 2));
      found.add(PersonalData.ADDRESS, tokens.start(token), end, 0.8);
    }
  }

  @SafeVarargs
  static Set<String> union(Set<String>... sets) {
    return Stream.of(sets).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
  }
}
