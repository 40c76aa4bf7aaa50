package com.auterity.neuroweaver.datasets.automotive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Seeded automotive prose for pretraining: symptoms, findings, parts and advice in many forms, with
 * the vocabulary of the service requests but no operation code, no JSON and no held-out wording.
 */
public final class PlainText {
  private static final CustomerVoice.Phrases VOICE =
      new CustomerVoice.Phrases(
          List.of(
              "hi",
              "hello",
              "hey",
              "good day",
              "so",
              "well",
              "listen",
              "one thing",
              "my %s is acting up",
              "there is something with my %s",
              "about my %s",
              "i brought the %s",
              "it is the %s again",
              "question about the %s",
              "morning, the %s",
              "i need help with my %s",
              "trouble with the %s",
              "good afternoon, my %s is here"),
          List.of(
              "no %s",
              "i never noticed %s",
              "it has no %s",
              "there was no %s",
              "it is not about %s",
              "we looked for %s and there was none",
              "do not think of %s",
              "%s is not the problem",
              "definitely not %s",
              "i would know %s, and it is not that",
              "my neighbor said %s but he is wrong",
              "it does not do %s",
              "nobody heard any %s"),
          List.of(
              "the %s was replaced in spring",
              "new %s two months ago",
              "the %s is new",
              "i had the %s done already",
              "somebody already checked the %s",
              "the %s was fine at the inspection",
              "last year we paid for the %s",
              "you put in the %s already",
              "they did the %s in june",
              "the %s is okay"),
          List.of(
              "two years ago %s, but that was repaired",
              "the old car had this: %s, not this one",
              "once %s, you solved it",
              "in winter %s, since the repair no more",
              "my wife's car has it that %s, mine does not",
              "earlier %s, and that is over",
              "%s is what my last car did, this one not"),
          List.of(
              "i got it from my uncle",
              "the car is clean",
              "we drive mostly in town",
              "my daughter is learning to drive",
              "it rained all week",
              "i work until six",
              "the warranty ends soon",
              "we leave for vacation on friday",
              "i like the car",
              "the seats are nice",
              "it has a lot of miles"),
          List.of(
              "i do not feel safe",
              "i am afraid to drive",
              "that is dangerous with the kids in the back",
              "i nearly had a crash",
              "somebody could get hurt",
              "it scares me",
              "i worry about an accident"),
          List.of(
              "please have a look",
              "thank you",
              "what is it",
              "how long does it take",
              "what does it cost",
              "can i bring it in tomorrow",
              "do you have time this week",
              "please call",
              "i need it for work",
              "can you help"),
          't',
          'n');
  private static final List<String> PEOPLE =
      List.of(
          "Maria", "James", "Linda", "Ahmed", "Sofia", "Peter", "Grace", "Victor", "Nina", "Oscar",
          "Ruth", "Daniel", "Ines", "Paul", "Hannah", "Marco");
  private static final List<String> DAYS =
      List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday");

  private final SplittableRandom random;
  private final Phrasebook book = Phrasebook.instance();

  private PlainText(long seed) {
    this.random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 17);
  }

  /** An endless stream of documents (a paragraph or a short dialogue each), equal for one seed. */
  public static Stream<String> documents(long seed) {
    PlainText text = new PlainText(seed);
    return Stream.generate(text::document);
  }

  /** Writes documents, a blank line between them, until {@code bytes} UTF-8 bytes are reached. */
  public static void generate(long seed, long bytes, Appendable out) throws IOException {
    long written = 0;
    Iterator<String> documents = documents(seed).iterator();
    while (written < bytes) {
      String document = documents.next();
      out.append(document).append("\n\n");
      written += document.getBytes(StandardCharsets.UTF_8).length + 2;
    }
  }

  private String document() {
    int kind = random.nextInt(100);
    if (kind < 45) {
      return dialogue("User", "Assistant");
    }
    if (kind < 50) {
      return dialogue(
          pick("Customer", "Caller", "Driver", "Guest", pick(PEOPLE)),
          pick("Advisor", "Service", "Shop", "Desk"));
    }
    if (kind < 62) {
      return technicianNote();
    }
    if (kind < 70) {
      return explanation();
    }
    if (kind < 75) {
      return questions();
    }
    if (kind < 80) {
      return contrast();
    }
    if (kind < 86) {
      return story();
    }
    if (kind < 90) {
      return ruledOut();
    }
    if (kind < 93) {
      return keywords();
    }
    if (kind < 95) {
      return shelf();
    }
    if (kind < 97) {
      return sayings();
    }
    return kind < 99 ? numbers() : advice();
  }

  // ---- people talking

  /** Somebody says what is wrong among other things; the advisor picks out what matters. */
  private String dialogue(String customer, String advisor) {
    Phrasebook.Entry entry = book.draw(random);
    CustomerVoice.Utterance said = said(entry);
    ServiceOperation operation = entry.operation;
    StringBuilder text = new StringBuilder();
    text.append(customer)
        .append(": ")
        .append(said.text())
        .append('\n')
        .append(advisor)
        .append(": ");
    if (random.nextInt(100) < 55) {
      text.append(summary(entry, said.worried()));
    } else {
      text.append(
          pick(
              "That sounds like " + entry.finding + ". ",
              "That points to the " + operation.system() + " system: " + entry.finding + ". ",
              "I would think of " + entry.finding + ". ",
              "Most likely " + entry.finding + ". ",
              operation.reply() + " It is probably " + entry.finding + ". ",
              "It is the " + operation.system() + ". I expect " + entry.finding + ". "));
      if (random.nextInt(4) == 0) {
        text.append(
            pick(
                "The rest of what you mention is not the cause. ",
                "What was done before does not matter here. ",
                "You ruled out the other things already. "));
      }
      text.append(
          pick(
              operation.reply() + " ",
              "We " + entry.test + ", then " + entry.fix + ". ",
              "It takes about " + hours(operation) + " hours. ",
              partsSentence(operation) + " "));
      text.append(urgencySentence(operation, said.worried()));
    }
    int turns = random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0;
    for (int i = 0; i < turns; i++) {
      String answer;
      String question;
      switch (random.nextInt(5)) {
        case 0 -> {
          question = pick("How long will it take?", "How many hours is that?");
          answer = "About " + hours(operation) + " hours.";
        }
        case 1 -> {
          question = pick("Which parts do you need?", "What has to be ordered?");
          answer = partsSentence(operation);
        }
        case 2 -> {
          question = pick("Why does that happen?", "What is the reason?");
          answer = sentence("because " + entry.why);
        }
        case 3 -> {
          question = pick("Is it urgent?", "Can it wait?");
          answer = urgencySentence(operation, said.worried()).strip();
        }
        default -> {
          question = pick("What will you do?", "And how do you repair that?");
          answer = sentence("we " + entry.test + " and then " + entry.fix);
        }
      }
      text.append(text.charAt(text.length() - 1) == ' ' ? "" : " ");
      text.setLength(text.length() - 1);
      text.append('\n').append(customer).append(": ").append(question);
      text.append('\n').append(advisor).append(": ").append(answer).append(' ');
    }
    return text.toString().strip();
  }

  /** All an advisor writes down, as labelled prose, the finding first as in the later answers. */
  private String summary(Phrasebook.Entry entry, boolean worried) {
    ServiceOperation operation = entry.operation;
    String prefix = operation.code().substring(0, 3);
    String urgency = urgency(operation, worried);
    return switch (random.nextInt(8)) {
      case 0 ->
          "Finding: "
              + entry.finding
              + ". System: "
              + operation.system()
              + ". Urgency: "
              + urgency
              + ". Parts: "
              + parts(operation)
              + ". Hours: "
              + hours(operation)
              + ". Reply: "
              + operation.reply();
      case 1 ->
          prefix
              + ", "
              + entry.finding
              + ", "
              + operation.system()
              + ", "
              + urgency
              + ", "
              + parts(operation)
              + ", "
              + hours(operation)
              + " hours. "
              + operation.reply();
      case 2 ->
          "\""
              + entry.finding
              + "\",\""
              + operation.system()
              + "\",\""
              + urgency
              + "\",[see "
              + quoted(operation)
              + "],"
              + hours(operation)
              + ",\""
              + operation.reply()
              + "\"";
      case 3 ->
          operation.reply()
              + " "
              + partsSentence(operation)
              + " "
              + hours(operation)
              + " hours. "
              + urgencySentence(operation, worried);
      case 4 ->
          "Job: "
              + entry.fix
              + ". Urgency: "
              + urgency
              + ". System: "
              + operation.system()
              + " ("
              + prefix
              + "). Hours: "
              + hours(operation)
              + ". Parts: "
              + parts(operation)
              + ".";
      // Braces, brackets and underscores beside quotes, so that their embeddings are learnt;
      // semicolons
      // keep it from being JSON.
      case 5 ->
          "{"
              + entry.finding
              + "; "
              + operation.system()
              + "; "
              + urgency
              + "; ["
              + String.join("; ", operation.parts())
              + "]; "
              + hours(operation)
              + "} "
              + operation.reply();
      case 6 ->
          "{work_note:\""
              + operation.reply()
              + "\";shop_system:"
              + operation.system()
              + ";parts_list:["
              + operation.parts().stream().map(p -> "\"" + p + "\";").collect(Collectors.joining())
              + "];how_urgent:"
              + urgency
              + ";work_hours:"
              + hours(operation)
              + "}";
      default ->
          prefix
              + " - "
              + operation.reply()
              + " ("
              + operation.system()
              + ", "
              + urgency
              + ", "
              + hours(operation)
              + " h)";
    };
  }

  private String technicianNote() {
    Phrasebook.Entry entry = book.draw(random);
    CustomerVoice.Utterance said = said(entry);
    ServiceOperation operation = entry.operation;
    return switch (random.nextInt(5)) {
      case 0 ->
          "Customer states: \""
              + said.text()
              + "\" System: "
              + operation.system()
              + ". Finding: "
              + entry.finding
              + ". Urgency: "
              + urgency(operation, said.worried())
              + ". Parts: "
              + parts(operation)
              + ". Hours: "
              + hours(operation)
              + ". "
              + operation.reply();
      case 1 ->
          "Note "
              + (1000 + random.nextInt(9000))
              + " - "
              + said.text()
              + " - checked: "
              + entry.test
              + "; found "
              + entry.finding
              + ", because "
              + entry.why
              + ". Repair: "
              + entry.fix
              + " ("
              + hours(operation)
              + " h).";
      case 2 ->
          "\""
              + said.text()
              + "\" was written on the card. The technician wrote below: "
              + entry.finding
              + " ["
              + operation.system()
              + "]. "
              + operation.reply();
      case 3 ->
          pick(DAYS)
              + ", "
              + (7 + random.nextInt(11))
              + ":"
              + (10 + random.nextInt(50))
              + " - "
              + said.text()
              + "\n-> "
              + operation.system()
              + ", "
              + urgency(operation, said.worried())
              + ", "
              + parts(operation)
              + ", "
              + hours(operation)
              + " hours; "
              + operation.reply();
      default ->
          "Complaint: "
              + said.text()
              + "\nCause: "
              + entry.finding
              + "; "
              + entry.why
              + ".\nCorrection: "
              + entry.fix
              + ".\nParts used: "
              + parts(operation)
              + ".";
    };
  }

  private String story() {
    Phrasebook.Entry entry = book.draw(random);
    CustomerVoice.Utterance said = said(entry);
    String person = pick(PEOPLE);
    String model = model();
    String miles = miles();
    ServiceOperation operation = entry.operation;
    return pick(
            "Last " + pick(DAYS) + " " + person + " brought a " + model + " with " + miles + ". ",
            person + " has a " + model + " (" + year() + ") and came by on " + pick(DAYS) + ". ",
            "One " + model + " rolled in at " + (7 + random.nextInt(10)) + " o'clock. ")
        + pick(person + " said: ", "These were the words: ", "On the phone we heard: ")
        + "\""
        + said.text()
        + "\" "
        + pick(
            "We " + entry.test + ". ",
            "The technician wanted to " + entry.test + ". ",
            "At first nobody was sure, so we " + entry.test + ". ")
        + pick("It was ", "The answer was ", "We found ")
        + entry.finding
        + ": "
        + entry.why
        + ". "
        + pick(
            "So we had to " + entry.fix + ". ",
            "After we " + entry.fix + ", all was well. ",
            operation.reply() + " ")
        + partsSentence(operation)
        + pick("", " The " + model + " left with " + miles + ".", " " + person + " was glad.");
  }

  /** Teaches that a denied symptom or a finished job is not what the visit is about. */
  private String ruledOut() {
    Phrasebook.Entry entry = book.draw(random);
    Phrasebook.Entry other = book.drawOther(entry, random);
    String trouble = trouble(entry);
    String symptom = other.symptom('n', random);
    return switch (random.nextInt(4)) {
      case 0 ->
          "If a driver says \""
              + CustomerVoice.deny("no %s", symptom)
              + "\", it is not "
              + other.finding
              + ". If the same driver says \""
              + trouble
              + "\", it is "
              + entry.finding
              + ".";
      case 1 ->
          "\"The "
              + other.component
              + " "
              + pick("was done", "is new", "is fine", "got replaced")
              + ", but "
              + trouble
              + ".\" So we leave the "
              + other.component
              + " alone and look for "
              + entry.finding
              + ".";
      case 2 ->
          sentence(trouble)
              + CustomerVoice.deny(" There is no %s", symptom)
              + ". Is it "
              + other.finding
              + " or "
              + entry.finding
              + "? It is "
              + entry.finding
              + ", in the "
              + entry.operation.system()
              + ".";
      default ->
          "Earlier the car had "
              + other.finding
              + " ("
              + other.symptom('n', random)
              + "). That was repaired. Now "
              + trouble
              + ". This time it is "
              + entry.finding
              + ".";
    };
  }

  // ---- facts

  private String explanation() {
    Phrasebook.Entry entry = book.draw(random);
    StringBuilder text = new StringBuilder();
    int sentences = 3 + random.nextInt(3);
    for (int i = 0; i < sentences; i++) {
      text.append(
          switch (random.nextInt(7)) {
            case 0 ->
                sentence(
                    "when drivers say \""
                        + trouble(entry)
                        + "\" they usually have "
                        + entry.finding);
            case 1 -> sentence(hint(entry) + " - that is typical of " + entry.finding);
            case 2 -> sentence("the reason for " + entry.finding + " is that " + entry.why);
            case 3 -> sentence("to confirm " + entry.finding + ", " + entry.test);
            case 4 -> sentence("the cure for " + entry.finding + " is to " + entry.fix);
            case 5 ->
                sentence(
                    entry.symptom('n', random)
                        + " "
                        + pick("means", "hints at", "comes from", "tells of")
                        + " "
                        + entry.finding);
            default -> facts(entry, false);
          });
      text.append(' ');
    }
    return text.toString().strip();
  }

  private String facts(Phrasebook.Entry entry, boolean worried) {
    ServiceOperation operation = entry.operation;
    return switch (random.nextInt(6)) {
      case 0 -> sentence(entry.finding + " belongs to the " + operation.system() + " system");
      case 1 -> partsSentence(operation);
      case 2 -> sentence("the work takes " + hours(operation) + " hours");
      case 3 -> urgencySentence(operation, worried).strip();
      case 4 -> sentence("it happens because " + entry.why);
      default -> sentence(entry.finding + ": " + entry.fix);
    };
  }

  private String questions() {
    Phrasebook.Entry entry = book.draw(random);
    ServiceOperation operation = entry.operation;
    CustomerVoice.Utterance said = said(entry);
    StringBuilder text = new StringBuilder();
    text.append(pick("Read: ", "Words of a customer: ", "Message: ")).append(said.text());
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      text.append('\n');
      text.append(
          switch (random.nextInt(6)) {
            case 0 -> "Q: Which system? A: " + operation.system();
            case 1 -> "Q: What is wrong? A: " + entry.finding;
            case 2 -> "Q: How urgent is it? A: " + urgency(operation, said.worried());
            case 3 -> "Q: Which parts? A: " + parts(operation);
            case 4 -> "Q: How many hours? A: " + hours(operation);
            default -> "Q: What do we tell the customer? A: " + operation.reply();
          });
    }
    return text.toString();
  }

  private String contrast() {
    Phrasebook.Entry one = book.draw(random);
    Phrasebook.Entry two = book.drawOther(one, random);
    return switch (random.nextInt(4)) {
      case 0 ->
          sentence(
              "\""
                  + trouble(one)
                  + "\" is "
                  + one.finding
                  + ", while \""
                  + trouble(two)
                  + "\" is "
                  + two.finding);
      case 1 ->
          "Do not confuse "
              + one.finding
              + " with "
              + two.finding
              + ". The first: "
              + hint(one)
              + ". The second: "
              + hint(two)
              + ".";
      case 2 ->
          sentence(one.finding + " gives " + one.symptom('n', random))
              + " "
              + sentence(two.finding + " gives " + two.symptom('n', random));
      default ->
          "One says: "
              + trouble(one)
              + ". Another says: "
              + trouble(two)
              + ". The first needs us to "
              + one.fix
              + "; the second needs us to "
              + two.fix
              + ".";
    };
  }

  /** Single words of the descriptions, shuffled: what belongs together without any order. */
  private String keywords() {
    Phrasebook.Entry entry = book.draw(random);
    List<String> words = new ArrayList<>();
    for (String word : (trouble(entry) + " " + hint(entry)).replaceAll("[^a-z ]", "").split(" ")) {
      if (word.length() > 3) {
        words.add(random.nextInt(words.size() + 1), word);
      }
    }
    List<String> some = words.stream().distinct().limit(3 + random.nextInt(5)).toList();
    String joined =
        switch (random.nextInt(4)) {
          case 0 -> String.join(", ", some);
          case 1 -> some.stream().map(w -> "\"" + w + "\"").collect(Collectors.joining(","));
          case 2 -> "[" + String.join(" | ", some) + "]";
          default -> "(" + String.join(" ", some) + ")";
        };
    return pick("Heard: ", "Words: ", "Short: ", "Keywords ")
        + joined
        + pick(" -> ", " = ", ": ", " means ")
        + entry.finding
        + " ["
        + entry.operation.system()
        + "]";
  }

  private String shelf() {
    StringBuilder text = new StringBuilder();
    text.append(pick("Shelf ", "Bay ", "Box ")).append(1 + random.nextInt(60)).append(": ");
    int count = 2 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      ServiceOperation operation = book.draw(random).operation;
      if (i > 0) {
        text.append(pick("; ", ", ", " / "));
      }
      text.append(
          switch (random.nextInt(4)) {
            case 0 -> parts(operation) + " (" + operation.system() + ") x" + random.nextInt(12);
            case 1 ->
                pick("[" + quoted(operation) + " in stock]", "[here " + quoted(operation) + "]");
            case 2 -> "{" + parts(operation) + "}";
            default -> parts(operation) + " $" + (5 + random.nextInt(400)) + "." + twoDigits();
          });
    }
    return text.append('.').toString();
  }

  private String sayings() {
    Phrasebook.Entry entry = book.draw(random);
    ServiceOperation operation = entry.operation;
    return switch (random.nextInt(4)) {
      case 0 ->
          "\""
              + capital(entry.component)
              + "\":\""
              + operation.system()
              + "\", so says the manual.";
      case 1 ->
          "Glossary. \""
              + entry.component
              + "\": part of the "
              + operation.system()
              + "; trouble there is called \""
              + entry.finding
              + "\".";
      case 2 ->
          "List \""
              + operation.system()
              + "\",\""
              + urgency(operation, false)
              + "\","
              + hours(operation)
              + ",\""
              + operation.reply()
              + "\"";
      case 4 ->
          "Fill in {name}, {"
              + entry.component
              + "} and the field "
              + entry.component.replace(' ', '_')
              + "_"
              + operation.system()
              + " - shop note: "
              + operation.code().substring(0, 3)
              + ", "
              + entry.finding
              + ".";
      default ->
          "The sign reads \"" + operation.reply() + "\" - \"" + hours(operation) + " hours\".";
    };
  }

  private String numbers() {
    int from = 10 + random.nextInt(80);
    return switch (random.nextInt(3)) {
      case 0 ->
          "Bays "
              + from
              + ", "
              + (from + 1)
              + ", "
              + (from + 2)
              + " and "
              + (from + 3)
              + " are open from "
              + (6 + random.nextInt(4))
              + ":00 to "
              + (4 + random.nextInt(4))
              + ":30; call extension "
              + twoDigits()
              + ".";
      case 1 ->
          "The "
              + year()
              + " "
              + model()
              + " has "
              + miles()
              + ", tire pressure "
              + (28 + random.nextInt(10))
              + " psi, torque "
              + (60 + random.nextInt(60))
              + " lb-ft, code P0"
              + (100 + random.nextInt(800))
              + ".";
      default ->
          "Labor "
              + random.nextInt(8)
              + "."
              + random.nextInt(10)
              + " hours at $"
              + (90 + random.nextInt(90))
              + ".00; bay "
              + twoDigits()
              + ", lift "
              + (1 + random.nextInt(12))
              + ", key tag "
              + twoDigits()
              + ".";
    };
  }

  private String advice() {
    Phrasebook.Entry one = book.draw(random);
    Phrasebook.Entry two = book.draw(random);
    return "Before a long trip "
        + one.test
        + ", and "
        + two.test
        + ". "
        + sentence(
            "in the " + one.operation.system() + " it is often " + one.finding + " - " + one.why)
        + " "
        + urgencySentence(two.operation, false).strip();
  }

  // ---- pieces

  private CustomerVoice.Utterance said(Phrasebook.Entry entry) {
    String trouble = trouble(entry);
    if (random.nextInt(4) == 0) {
      trouble = trouble + pick(", ", ". ", " and ") + trouble(entry);
    }
    CustomerVoice.Phrases phrases = random.nextInt(4) == 0 ? CustomerVoice.TRAIN : VOICE;
    return CustomerVoice.say(phrases, book, entry, trouble, model(), random);
  }

  /** A full wording of the trouble, now and then with its clauses the other way round. */
  private String trouble(Phrasebook.Entry entry) {
    String text = random.nextInt(5) < 2 ? hint(entry) : entry.trouble('t', random);
    int comma = text.indexOf(", ");
    if (comma > 0 && text.indexOf(", ", comma + 2) < 0 && random.nextInt(3) == 0) {
      text = text.substring(comma + 2) + ", " + text.substring(0, comma);
    }
    for (String[] swap : SWAPS) {
      if (text.contains(swap[0]) && random.nextInt(3) == 0) {
        text = text.replaceAll("\\b" + swap[0] + "\\b", swap[1 + random.nextInt(swap.length - 1)]);
      }
    }
    return text;
  }

  /** Near synonyms that change nothing about what is wrong. */
  private static final String[][] SWAPS = {
    {"noise", "sound", "racket"},
    {"sound", "noise"},
    {"loud", "noisy", "very loud"},
    {"for a few seconds", "for a couple of seconds", "a few seconds long", "the first seconds"},
    {"in traffic", "in a traffic jam", "in stop and go traffic", "sitting in traffic"},
    {"overheats", "gets too hot", "runs hot", "goes into the red"},
    {"check engine light", "engine light", "engine warning"},
    {"when i brake", "under braking", "using the brake", "hitting the brake"},
    {"when i slow down", "slowing down", "when slowing"},
    {"first thing in the morning", "on cold mornings", "early in the morning"},
    {"after sitting overnight", "after a night outside", "after the night"},
    {"over bumps", "on each bump", "hitting bumps", "at every bump"},
    {"on the highway", "on the interstate", "at speed", "when i go fast"},
    {"at idle", "idling", "while i wait", "when stopped"},
    {"light", "lamp", "symbol"},
    {"smell", "stink", "odor"},
    {"dead", "gone", "without life"},
    {"will not", "won't", "refuses to"},
    {"stuck", "jammed"},
    {"weak", "poor", "feeble"},
    {"leaks", "drips", "is leaking"},
    {"parked", "left standing", "sitting"},
    {"underneath", "below", "under the floor"},
    {"when i step on the gas", "when i give it gas", "giving gas", "when speeding up"},
    {"when i accelerate", "picking up speed", "under load"},
    {"turn the key", "try to start", "start it"},
  };

  private String hint(Phrasebook.Entry entry) {
    return entry.trouble('p', random);
  }

  private String partsSentence(ServiceOperation operation) {
    if (operation.parts().isEmpty()) {
      return pick("No parts are needed.", "Parts: none.");
    }
    return pick(
        "We need " + parts(operation) + ".",
        "Parts: " + parts(operation) + ".",
        sentence(parts(operation) + " " + pick("must be ordered", "will be fitted")),
        "From the shelf: " + parts(operation) + ".");
  }

  private String urgencySentence(ServiceOperation operation, boolean worried) {
    String word = urgency(operation, worried);
    return switch (word) {
      case "low" ->
          pick("Urgency is low. ", "No hurry, low urgency. ", "It can wait, urgency low. ");
      case "medium" ->
          pick("Urgency is medium. ", "This month please, medium. ", "Medium urgency. ");
      case "high" ->
          pick("Urgency is high. ", "Come this week, high urgency. ", "That is high urgency. ");
      default ->
          pick(
              "Urgency is critical. ",
              "Stop driving it, critical. ",
              "That is a safety risk: critical. ");
    };
  }

  private static String urgency(ServiceOperation operation, boolean worried) {
    return (worried ? operation.urgency().raised() : operation.urgency()).word();
  }

  private static String parts(ServiceOperation operation) {
    return operation.parts().isEmpty() ? "none" : String.join(", ", operation.parts());
  }

  private static String quoted(ServiceOperation operation) {
    return operation.parts().stream().map(p -> "\"" + p + "\"").collect(Collectors.joining(","));
  }

  private static String hours(ServiceOperation operation) {
    return Double.toString(operation.hours());
  }

  private String model() {
    List<Vehicles.Line> lines = Vehicles.lines(Split.TRAIN);
    return lines.get(random.nextInt(lines.size())).model();
  }

  private String miles() {
    return String.format(
        Locale.ROOT, "%d,%03d miles", 3 + random.nextInt(180), random.nextInt(1000));
  }

  private int year() {
    return 2008 + random.nextInt(18);
  }

  private String twoDigits() {
    return String.format(Locale.ROOT, "%02d", random.nextInt(100));
  }

  private static String sentence(String text) {
    return capital(text) + (text.endsWith(".") ? "" : ".");
  }

  private static String capital(String text) {
    return CustomerVoice.capitalized(text);
  }

  private String pick(String... of) {
    return of[random.nextInt(of.length)];
  }

  private String pick(List<String> of) {
    return of.get(((RandomGenerator) random).nextInt(of.size()));
  }
}
