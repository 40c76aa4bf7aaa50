package com.auterity.neuroweaver.jobs.refinement.personal;

import java.util.HashSet;
import java.util.Set;

/**
 * Finds names of people by what introduces them ("my name is", "Mrs", "spoke with", "my husband", a
 * closing) and by given and family names it knows. Words of the trade and of everyday speech, makes
 * and models are no names.
 */
final class NameFinder {
  private static final Set<String> GIVEN = new HashSet<>(ResourceWords.of("given-names.txt"));
  private static final Set<String> FAMILY = new HashSet<>(ResourceWords.of("surnames.txt"));
  private static final Set<String> NO_NAMES = new HashSet<>(ResourceWords.of("no-names.txt"));
  static final Set<String> VEHICLES = new HashSet<>(ResourceWords.of("vehicle-words.txt"));

  private static final Set<String> TITLES =
      Set.of(
          "mr",
          "mrs",
          "ms",
          "miss",
          "dr",
          "mx",
          "prof",
          "professor",
          "sra",
          "se\u00f1or",
          "se\u00f1ora",
          "rev",
          "capt",
          "captain",
          "sgt",
          "officer",
          "detective",
          "judge");
  private static final Set<String> PARTICLES =
      Set.of(
          "van", "von", "der", "den", "de", "da", "di", "del", "della", "la", "le", "el", "al",
          "bin", "ibn", "bint", "dos", "das", "du", "ter", "ten", "y", "abu");
  private static final Set<String> SUFFIXES = Set.of("jr", "sr", "ii", "iii", "iv");
  private static final Set<String> RELATIONS =
      Set.of(
          "husband",
          "wife",
          "son",
          "daughter",
          "brother",
          "sister",
          "mother",
          "father",
          "mom",
          "dad",
          "neighbor",
          "neighbour",
          "friend",
          "boss",
          "coworker",
          "partner",
          "spouse",
          "fiance",
          "fiancee",
          "nephew",
          "niece",
          "uncle",
          "aunt",
          "cousin",
          "roommate",
          "boyfriend",
          "girlfriend",
          "grandson",
          "granddaughter",
          "grandfather",
          "grandmother",
          "grandpa",
          "grandma",
          "stepson",
          "stepdaughter");
  private static final Set<String> ROLES =
      Set.of(
          "customer",
          "advisor",
          "adviser",
          "technician",
          "tech",
          "manager",
          "owner",
          "driver",
          "client",
          "salesperson",
          "salesman",
          "porter",
          "cashier",
          "agent",
          "rep",
          "mechanic",
          "foreman",
          "writer",
          "buyer",
          "lessee",
          "cobuyer",
          "applicant",
          "adjuster",
          "guest");
  private static final Set<String> VERBS =
      Set.of(
          "called",
          "said",
          "says",
          "wants",
          "wanted",
          "asked",
          "told",
          "dropped",
          "picked",
          "came",
          "brought",
          "mentioned",
          "texted",
          "emailed",
          "approved",
          "declined",
          "authorized",
          "has",
          "will",
          "is",
          "was",
          "needs",
          "would",
          "stopped",
          "left",
          "paid",
          "signed",
          "agreed",
          "complained",
          "phoned",
          "returned",
          "noted",
          "thinks",
          "drives",
          "bought",
          "reported",
          "reports",
          "states",
          "stated",
          "requested",
          "confirmed",
          "rang",
          "wrote",
          "at",
          "and",
          "can",
          "noticed",
          "feels",
          "hears");

  /** What only people do. */
  private static final Set<String> SPEECH =
      Set.of(
          "said",
          "says",
          "called",
          "wants",
          "wanted",
          "asked",
          "told",
          "mentioned",
          "texted",
          "emailed",
          "phoned",
          "authorized",
          "declined",
          "approved",
          "thinks",
          "bought",
          "agreed",
          "complained",
          "confirmed",
          "wrote",
          "thought",
          "explained",
          "promised",
          "signed",
          "refused",
          "hears",
          "heard",
          "noticed",
          "drives",
          "paid");

  private static final Set<String> OBJECTS_BEFORE =
      Set.of(
          "with", "to", "from", "by", "for", "tell", "told", "ask", "asked", "call", "called",
          "contact", "text", "let", "per", "cc", "and", "see", "thank", "thanks", "email", "paging",
          "notify", "phone", "ring", "give");
  private static final Set<String> CLOSINGS =
      Set.of(
          "thanks",
          "thank",
          "you",
          "regards",
          "sincerely",
          "cheers",
          "best",
          "respectfully",
          "yours",
          "truly",
          "gratefully",
          "cordially",
          "appreciated",
          "advance");
  private static final Set<String> GREETINGS =
      Set.of("hi", "hello", "hey", "dear", "morning", "afternoon", "evening", "greetings");
  private static final Set<String> POSSESSIONS =
      Set.of(
          "car",
          "truck",
          "vehicle",
          "van",
          "suv",
          "phone",
          "cell",
          "number",
          "wife",
          "husband",
          "keys",
          "appointment",
          "email",
          "address",
          "loan",
          "account",
          "son",
          "daughter",
          "ride",
          "mom",
          "dad",
          "mother",
          "father",
          "lease",
          "trade",
          "signature",
          "license");
  private static final Set<String> SELF_AFTER =
      Set.of("calling", "from", "again", "here", "speaking", "with", "texting", "writing");

  /** Before "with" and "to": spoke with, belongs to. */
  private static final Set<String> MET =
      Set.of(
          "spoke",
          "talked",
          "speak",
          "talk",
          "speaking",
          "met",
          "worked",
          "dealt",
          "dealing",
          "working",
          "checked",
          "belongs",
          "registered",
          "sold",
          "titled",
          "leased",
          "assigned",
          "issued",
          "belonging");

  /** Before "by", "from" and "for": owned by, a call from, ask for. */
  private static final Set<String> MADE =
      Set.of(
          "owned",
          "driven",
          "written",
          "signed",
          "in",
          "off",
          "up",
          "authorized",
          "approved",
          "call",
          "voicemail",
          "message",
          "appointment",
          "email",
          "text",
          "letter",
          "note",
          "appt",
          "booked",
          "ask",
          "asked",
          "asking",
          "requested",
          "inspected",
          "paid",
          "word",
          "referred",
          "looking",
          "loaner",
          "reservation");

  private static final Set<String> LABELS =
      Set.of(
          "attn",
          "attention",
          "contact",
          "signed",
          "witness",
          "signature",
          "recipient",
          "beneficiary",
          "cardholder",
          "policyholder",
          "payee",
          "spelled");

  /** Not {@code NAME}s of people: part name, file name, business name. */
  private static final Set<String> OTHER_NAMES =
      Set.of(
          "part",
          "file",
          "model",
          "brand",
          "trim",
          "product",
          "company",
          "dealer",
          "business",
          "shop",
          "color",
          "paint",
          "step",
          "job",
          "operation",
          "package",
          "network",
          "device",
          "user",
          "domain",
          "host",
          "street",
          "store",
          "profile");

  /** Longer runs of capitalized words are a heading, where capitals say nothing. */
  private static final int HEADING = 5;

  private static final int MOST_WORDS = 4;

  private final String text;
  private final TextTokens tokens;
  private final Candidates found;

  /** Where {@link #read} ended and what it saw. */
  private int lastToken;

  private int words;
  private boolean known;
  private boolean family;

  NameFinder(String text, TextTokens tokens, Candidates found) {
    this.text = text;
    this.tokens = tokens;
    this.found = found;
  }

  void find() {
    for (int token = 0; token < tokens.size(); token++) {
      int length = tokens.length(token);
      if (length > 16) {
        continue;
      }
      String word = tokens.lower(token);
      introducedBy(word, token);
      if (length > 1 && Character.isUpperCase(text.charAt(tokens.start(token)))) {
        byItself(word, token);
      }
    }
  }

  private void introducedBy(String word, int token) {
    int next = token + 1;
    if (next >= tokens.size()) {
      return;
    }
    if (TITLES.contains(word)) {
      titled(word, token);
    } else if (word.equals("name") || word.equals("names")) {
      named(token);
    } else if (RELATIONS.contains(word)) {
      if (adjacent(token, " ,") && read(next, false) && !heading(token)) {
        add(next, words > 1 || known ? 0.75 : 0.65);
      }
    } else if (ROLES.contains(word)) {
      role(token);
    } else if (GREETINGS.contains(word)) {
      greeting(token);
    } else if (CLOSINGS.contains(word)) {
      closing(token);
    } else {
      contact(word, token);
    }
  }

  private void titled(String word, int token) {
    boolean period = adjacent(token, ". ");
    boolean street =
        token > 1 && tokens.titleCase(token - 1) && tokens.digitsOnly(token - 2)
            || (word.equals("dr")
                && token > 0
                && tokens.gap(token - 1) == 1
                && tokens.titleCase(token - 1)
                && !NO_NAMES.contains(tokens.lower(token - 1)));
    if (!period || street) {
      return;
    }
    boolean capital = Character.isUpperCase(text.charAt(tokens.start(token)));
    if (capital && read(token + 1, true) && Character.isUpperCase(at(token + 1))) {
      add(token + 1, 0.85);
    } else if ((word.equals("mr") || word.equals("mrs")) && read(token + 1, true)) {
      add(token + 1, 0.65);
    }
  }

  private void named(int token) {
    if (token > 0 && OTHER_NAMES.contains(tokens.lower(token - 1))) {
      return;
    }
    int first = token + 1;
    String between = text.substring(tokens.end(token), tokens.start(first));
    boolean colon = between.length() <= 3 && (between.contains(":") || between.contains("="));
    String verb = tokens.lower(first);
    boolean is = verb.equals("is") || verb.equals("s") || verb.equals("was");
    if (!colon && is) {
      first++;
    }
    if ((!colon && !is) || first >= tokens.size() || tokens.gap(first - 1) > 3) {
      return;
    }
    if (read(first, true)) {
      add(first, 0.85);
    }
  }

  private void role(int token) {
    String between = text.substring(tokens.end(token), tokens.start(token + 1));
    boolean colon = between.length() <= 3 && between.contains(":");
    if ((!colon && !adjacent(token, " ,")) || !read(token + 1, false)) {
      return;
    }
    boolean verb = VERBS.contains(tokens.lower(lastToken + 1));
    if (known || (!heading(token) && (words > 1 || colon))) {
      add(token + 1, 0.7);
    } else if (!heading(token) && verb) {
      add(token + 1, 0.55);
    }
  }

  private void greeting(int token) {
    if (!adjacent(token, " ,") || !read(token + 1, false)) {
      return;
    }
    char after = tokens.end(lastToken) < text.length() ? text.charAt(tokens.end(lastToken)) : '\n';
    boolean pause = ",!-\n:.\u2014".indexOf(after) >= 0;
    if (pause || known) {
      add(token + 1, known ? 0.65 : 0.55);
    }
  }

  /** "Thanks, Name" where the text or the line ends. */
  private void closing(int token) {
    String between =
        text.substring(tokens.end(token), tokens.end(token) + Math.min(6, tokens.gap(token)));
    boolean pause =
        between.matches("[ !.]?[,.!\\n\u2014-][ \\n\u2014-]{0,4}") || between.equals(" - ");
    if (pause && read(token + 1, false) && lineEnds(lastToken)) {
      add(token + 1, words > 1 || known ? 0.75 : 0.6);
    }
  }

  private void contact(String word, int token) {
    String previous = tokens.lower(token - 1);
    boolean met =
        (word.equals("with") || word.equals("to") || word.equals("w")) && MET.contains(previous);
    boolean made =
        (word.equals("by") || word.equals("from") || word.equals("for")) && MADE.contains(previous);
    boolean label = LABELS.contains(word);
    boolean self = self(word, token, previous);
    if (!met && !made && !label && !self) {
      return;
    }
    int first = token + 1;
    if (tokens.gap(token) > 3 || tokens.sentenceEnds(token)) {
      return;
    }
    boolean capital = Character.isUpperCase(at(first));
    if (!capital) {
      // Without capitals only names that are known count.
      if (GIVEN.contains(tokens.lower(first)) && read(first, true) && (family || !self)) {
        add(first, 0.6);
      }
      return;
    }
    if (!read(first, false)) {
      return;
    }
    boolean follows = SELF_AFTER.contains(tokens.lower(lastToken + 1)) && words == 1;
    if (known || (!heading(token) && words > 1)) {
      add(first, 0.7);
    } else if (!heading(token) && (!self || follows)) {
      add(first, 0.55);
    }
  }

  /** this is, I am, I'm, it's. */
  private boolean self(String word, int token, String previous) {
    return (word.equals("is") && (previous.equals("this") || previous.equals("it")))
        || (word.equals("am") && previous.equals("i"))
        || word.equals("im")
        || (word.equals("m") && previous.equals("i") && tokens.gap(token - 1) == 1)
        || (word.equals("s") && previous.equals("it") && tokens.gap(token - 1) == 1);
  }

  /** A name that nothing introduces: known ones, and what has a person's things or does as one. */
  private void byItself(String word, int token) {
    boolean given = GIVEN.contains(word);
    boolean title = tokens.titleCase(token);
    if (!title && !given) {
      return;
    }
    boolean inName =
        token > 0 && (tokens.joinedBy(token - 1, '-') || tokens.joinedBy(token - 1, '\''));
    if (inName || !read(token, false)) {
      return;
    }
    String before = tokens.lower(token - 1);
    String after = tokens.lower(lastToken + 1);
    boolean possessive =
        after.equals("s")
            && tokens.gap(lastToken) == 1
            && POSSESSIONS.contains(tokens.lower(lastToken + 2));
    boolean speaks = SPEECH.contains(after) && tokens.joinedBy(lastToken, ' ');
    boolean heading = heading(token);
    double score = 0;
    if (given && words > 1) {
      score = family ? 0.8 : heading ? 0.4 : 0.65;
    } else if (given) {
      boolean acts = VERBS.contains(after) && tokens.joinedBy(lastToken, ' ');
      boolean addressed = OBJECTS_BEFORE.contains(before) && tokens.joinedBy(token - 1, ' ');
      score = acts || addressed || possessive ? 0.6 : 0.35;
    } else if (title && words > 1 && family && !heading) {
      score = 0.55;
    } else if (title && !heading && (possessive || speaks)) {
      score = words > 1 ? 0.65 : 0.55;
    } else if (title && words > 1 && !heading) {
      score = 0.45;
    }
    if (score == 0 && title && words <= 3 && dash(token) && lineEnds(lastToken)) {
      score = 0.55;
    }
    if (score > 0) {
      add(token, score);
    }
  }

  /** "- Name" with which a text ends. */
  private boolean dash(int token) {
    if (token == 0 || tokens.gap(token - 1) > 4) {
      return false;
    }
    String between = text.substring(tokens.end(token - 1), tokens.start(token));
    return between.endsWith(" -")
        || between.endsWith(" - ")
        || between.endsWith("\u2014")
        || between.endsWith("\n-")
        || between.endsWith("\n- ")
        || between.endsWith("~");
  }

  private boolean lineEnds(int token) {
    for (int i = tokens.end(token); i < text.length() && i < tokens.end(token) + 4; i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        return true;
      }
      if (!Character.isWhitespace(c) && c != '.' && c != '!') {
        return false;
      }
    }
    return tokens.gap(token) <= 4 && token + 1 >= tokens.size();
  }

  /** Whether only these characters, at most two, stand between a token and the next one. */
  private boolean adjacent(int token, String joints) {
    int gap = tokens.gap(token);
    if (gap > 2) {
      return false;
    }
    for (int i = tokens.end(token); i < tokens.end(token) + gap; i++) {
      if (joints.indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private char at(int token) {
    return text.charAt(tokens.start(token));
  }

  /** Whether the token is within a run of capitalized words that is too long for a name. */
  private boolean heading(int token) {
    int run = 1;
    for (int i = token; i > 0 && run < HEADING && tokens.joinedBy(i - 1, ' '); i--) {
      if (!Character.isUpperCase(at(i - 1))) {
        break;
      }
      run++;
    }
    for (int i = token; i + 1 < tokens.size() && run < HEADING && tokens.joinedBy(i, ' '); i++) {
      if (!Character.isUpperCase(at(i + 1))) {
        break;
      }
      run++;
    }
    return run >= HEADING;
  }

  /**
   * Reads a name that begins with this token: capitalized words, initials, particles between them,
   * a suffix; "Last, First" after a label.
   *
   * @param introduced small letters are taken too, then at most two words
   */
  private boolean read(int first, boolean introduced) {
    words = 0;
    known = false;
    family = false;
    lastToken = first - 1;
    boolean small = first < tokens.size() && !Character.isUpperCase(at(first));
    if (small && !introduced && !particles(first)) {
      return false;
    }
    int most = small ? 2 : MOST_WORDS;
    int token = first;
    while (token < tokens.size() && words < most) {
      String word = tokens.lower(token);
      boolean capital = Character.isUpperCase(at(token));
      boolean initial = words > 0 && initial(token);
      if (SUFFIXES.contains(word) && words > 0) {
        lastToken = token;
        break;
      }
      boolean particle = words < most && PARTICLES.contains(word) && particles(token);
      if (!particle) {
        boolean no =
            word.isEmpty()
                || !tokens.lettersOnly(token)
                || ((NO_NAMES.contains(word) || VEHICLES.contains(word))
                    && !initial
                    && !inside(token, first))
                || (tokens.length(token) == 1 && !initial && !inside(token + 1, first))
                || (!capital && !small);
        boolean shout =
            !introduced
                && !initial
                && capital
                && !tokens.titleCase(token)
                && tokens.length(token) > 1
                && !camel(token)
                && !GIVEN.contains(word)
                && !FAMILY.contains(word);
        if (no || shout) {
          break;
        }
        known |= words == 0 && GIVEN.contains(word);
        family |= words > 0 && FAMILY.contains(word);
        boolean continued = words > 0 && inside(token, first);
        words += initial || continued ? 0 : 1;
        lastToken = token;
      }
      if (!goesOn(token, initial)) {
        break;
      }
      token++;
    }
    boolean lastFirst =
        introduced
            && words == 1
            && !small
            && lastToken + 1 < tokens.size()
            && tokens.gap(lastToken) == 2
            && text.startsWith(", ", tokens.end(lastToken))
            && tokens.lettersOnly(lastToken + 1)
            && Character.isUpperCase(at(lastToken + 1))
            && !NO_NAMES.contains(tokens.lower(lastToken + 1))
            && !VEHICLES.contains(tokens.lower(lastToken + 1));
    if (lastFirst) {
      lastToken++;
      words++;
      known |= GIVEN.contains(tokens.lower(lastToken));
    }
    return words > 0 && lastToken >= first;
  }

  /** A capital with a period, or without one before another capitalized word: J. R. Okafor. */
  private boolean initial(int token) {
    if (tokens.length(token) != 1 || !Character.isUpperCase(at(token))) {
      return false;
    }
    boolean period = tokens.gap(token) > 0 && text.charAt(tokens.end(token)) == '.';
    return period
        || (at(token) != 'I'
            && tokens.joinedBy(token, ' ')
            && tokens.titleCase(token + 1)
            && !NO_NAMES.contains(tokens.lower(token + 1)));
  }

  /** O'Neil, Smith-Jones: the part after the joint. */
  private boolean inside(int token, int first) {
    return token > first
        && token < tokens.size()
        && (tokens.joinedBy(token - 1, '\'')
            || tokens.joinedBy(token - 1, '\u2019')
            || tokens.joinedBy(token - 1, '-'));
  }

  /** McCoy, DeShawn. */
  private boolean camel(int token) {
    return tokens.length(token) > 3 && Character.isLowerCase(text.charAt(tokens.end(token) - 1));
  }

  /** Whether a capitalized word follows this particle, at most two further. */
  private boolean particles(int token) {
    for (int i = 0; i < 3 && token + i < tokens.size(); i++) {
      if (i > 0
          && Character.isUpperCase(at(token + i))
          && !PARTICLES.contains(tokens.lower(token + i))) {
        return !NO_NAMES.contains(tokens.lower(token + i))
            && !VEHICLES.contains(tokens.lower(token + i));
      }
      if (!PARTICLES.contains(tokens.lower(token + i))
          || !tokens.joinedBy(token + i, ' ') && !tokens.joinedBy(token + i, '-')) {
        return false;
      }
    }
    return false;
  }

  private boolean goesOn(int token, boolean initial) {
    if (token + 1 >= tokens.size()) {
      return false;
    }
    if (initial && tokens.gap(token) == 2 && text.startsWith(". ", tokens.end(token))) {
      return true;
    }
    boolean apostrophe = tokens.joinedBy(token, '\'') || tokens.joinedBy(token, '\u2019');
    if (apostrophe) {
      return Character.isUpperCase(at(token + 1)) || tokens.length(token + 1) > 2;
    }
    return tokens.joinedBy(token, ' ')
        || (tokens.joinedBy(token, '-') && Character.isLetter(at(token + 1)));
  }

  private void add(int first, double score) {
    found.add(PersonalData.NAME, tokens.start(first), tokens.end(lastToken), score);
  }
}
