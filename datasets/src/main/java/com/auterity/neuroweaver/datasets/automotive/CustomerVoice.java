package com.auterity.neuroweaver.datasets.automotive;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * How customers say it: openings and closings, symptoms ruled out, work already done, worries, and
 * then contractions, fillers and typing errors. Training and held-out phrases are disjoint.
 */
final class CustomerVoice {
  /** What was said, and whether a worry about safety was among it. */
  record Utterance(String text, boolean worried) {}

  /** The phrases of one split; {@code %s} stands for a symptom, component or other trouble. */
  record Phrases(
      List<String> openings,
      List<String> ruledOut,
      List<String> alreadyDone,
      List<String> formerTrouble,
      List<String> smallTalk,
      List<String> worries,
      List<String> closings,
      char trouble,
      char symptom) {}

  static final Phrases TRAIN =
      new Phrases(
          List.of(
              "hi",
              "hello",
              "hey there",
              "good morning",
              "hi there",
              "ok so",
              "quick question",
              "i need some help",
              "it is about my %s",
              "my %s has a problem",
              "this is for my %s",
              "calling about the %s",
              "i drive a %s",
              "we have a %s",
              "hello, about the %s"),
          List.of(
              "no %s",
              "there is no %s",
              "it is not %s",
              "never had %s",
              "i do not mean %s",
              "without any %s",
              "not a case of %s",
              "my friend thought of %s but no",
              "we checked for %s and found none"),
          List.of(
              "the %s got done last month",
              "you already did the %s",
              "i had the %s checked, all good",
              "new %s last year",
              "the shop put in new %s in may",
              "%s are fine",
              "the %s passed inspection"),
          List.of(
              "last year %s, you fixed that",
              "it used to be that %s but not anymore",
              "on my other car %s, this one is different",
              "before the repair %s, that is gone now"),
          List.of(
              "i bought it used",
              "it has been a good car",
              "i drive a lot for work",
              "my son drives it too",
              "the weather was bad",
              "i am busy until five",
              "we go on a trip next week",
              "it is still under warranty",
              "i only drive in town"),
          List.of(
              "i am scared to drive it",
              "it does not feel safe",
              "we almost had an accident",
              "my kids ride in it and i worry",
              "this is dangerous"),
          List.of(
              "can you take a look",
              "thanks",
              "please help",
              "when can i come in",
              "what would that cost",
              "need an appointment",
              "let me know",
              "can you check it this week",
              "thank you so much",
              "any idea"),
          't',
          'n');

  static final Phrases HELDOUT =
      new Phrases(
          List.of(
              "good afternoon",
              "hello folks",
              "hey",
              "morning",
              "one question",
              "so",
              "i have trouble with my %s",
              "got a problem on the %s",
              "a problem with the %s",
              "hi, my %s needs help",
              "for the %s"),
          List.of(
              "i have no %s",
              "not %s",
              "there was never any %s",
              "it does not have %s",
              "checked, no %s",
              "a friend said %s but it is not that"),
          List.of(
              "the %s was done in may",
              "last year you put in new %s",
              "i already had the %s done",
              "the %s is all good",
              "the shop checked the %s, fine"),
          List.of(
              "a year ago %s, that got fixed",
              "my other car has this: %s, but not this one", "it was once that %s, that is gone"),
          List.of(
              "bought it used last year",
              "we drive it for work",
              "my wife drives it in town",
              "we have a trip soon",
              "warranty is over"),
          List.of(
              "i do not feel safe in it",
              "i am scared we have an accident",
              "it is dangerous with my kids",
              "i worry when i drive it"),
          List.of(
              "please take a look this week",
              "can i come in",
              "what is the cost",
              "please check it",
              "thank you",
              "have an idea",
              "let me know when i can come"),
          'h',
          'm');

  private static final List<String> FILLERS =
      List.of("um", "uh", "like", "you know", "kinda", "sorta", "well", "i guess");
  private static final Map<String, String> CONTRACTIONS =
      Map.ofEntries(
          Map.entry("does not", "doesn't"),
          Map.entry("do not", "don't"),
          Map.entry("will not", "won't"),
          Map.entry("cannot", "can't"),
          Map.entry("it is", "it's"),
          Map.entry("i am", "i'm"),
          Map.entry("there is", "there's"),
          Map.entry("that is", "that's"),
          Map.entry("did not", "didn't"),
          Map.entry("is not", "isn't"));
  private static final String KEYS = "qwertyuiopasdfghjklzxcvbnm";

  private CustomerVoice() {}

  static Phrases phrases(Split split) {
    return split == Split.TRAIN ? TRAIN : HELDOUT;
  }

  /** A request whose trouble is worded, with distractions about other operations. */
  static Utterance say(
      Phrases phrases,
      Phrasebook book,
      Phrasebook.Entry entry,
      String trouble,
      String model,
      RandomGenerator random) {
    List<String> sentences = new ArrayList<>();
    sentences.add(trouble);
    int distractions = random.nextInt(100) < 22 ? 0 : random.nextInt(100) < 75 ? 1 : 2;
    for (int i = 0; i < distractions; i++) {
      String sentence = distraction(phrases, book, book.drawOther(entry, random), random);
      sentences.add(random.nextInt(sentences.size() + 1), sentence);
    }
    if (random.nextInt(100) < 15) {
      sentences.add(random.nextInt(sentences.size() + 1), pick(phrases.smallTalk(), random));
    }
    if (random.nextInt(100) < 55) {
      sentences.add(0, pick(phrases.openings(), random).formatted(model.toLowerCase(Locale.ROOT)));
    }
    boolean worried = random.nextInt(100) < 12;
    if (worried) {
      sentences.add(pick(phrases.worries(), random));
    }
    if (random.nextInt(100) < 35) {
      sentences.add(pick(phrases.closings(), random));
    }
    return new Utterance(speak(sentences, random), worried);
  }

  private static String distraction(
      Phrases phrases, Phrasebook book, Phrasebook.Entry other, RandomGenerator random) {
    int kind = random.nextInt(100);
    if (kind < 50) {
      return deny(pick(phrases.ruledOut(), random), other.symptom(phrases.symptom(), random));
    }
    if (kind < 82) {
      return pick(phrases.alreadyDone(), random).formatted(other.component);
    }
    return pick(phrases.formerTrouble(), random)
        .formatted(other.trouble(phrases.trouble(), random));
  }

  /** Puts a symptom into a denial, without its article where English has none: no rattle. */
  static String deny(String phrase, String symptom) {
    boolean bare = phrase.contains("no %s") || phrase.contains("any %s");
    return phrase.formatted(bare ? symptom.replaceFirst("^(a|an|the) ", "") : symptom);
  }

  /** Joins sentences and roughens them as people do who type on a phone. */
  private static String speak(List<String> sentences, RandomGenerator random) {
    boolean careful = random.nextInt(100) < 35;
    StringBuilder text = new StringBuilder();
    for (String sentence : sentences) {
      if (text.length() > 0) {
        text.append(careful || random.nextInt(100) < 65 ? ". " : ", ");
      }
      boolean starts = text.length() == 0 || text.charAt(text.length() - 2) == '.';
      text.append(careful && starts ? capitalized(sentence) : sentence);
    }
    String said = contract(text.toString(), random);
    if (careful) {
      return said.replaceAll("\\bi\\b", "I") + ".";
    }
    if (random.nextInt(100) < 30) {
      said = withFiller(said, random);
    }
    int errors = random.nextInt(100);
    for (int i = 0; i < (errors < 65 ? 0 : errors < 92 ? 1 : 2); i++) {
      said = withTypingError(said, random);
    }
    return said;
  }

  static String capitalized(String sentence) {
    return sentence.isEmpty()
        ? sentence
        : Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
  }

  private static String contract(String text, RandomGenerator random) {
    String result = text;
    for (String full : CONTRACTIONS.keySet().stream().sorted().toList()) {
      if (result.contains(full) && random.nextInt(100) < 55) {
        String shorter = CONTRACTIONS.get(full);
        result =
            result.replaceAll(
                "\\b" + full + "\\b",
                random.nextInt(100) < 50 ? shorter : shorter.replace("'", ""));
      }
    }
    return result;
  }

  private static String withFiller(String text, RandomGenerator random) {
    String[] words = text.split(" ");
    int at = random.nextInt(words.length);
    words[at] = pick(FILLERS, random) + " " + words[at];
    return String.join(" ", words);
  }

  private static String withTypingError(String text, RandomGenerator random) {
    String[] words = text.split(" ");
    for (int attempt = 0; attempt < 10; attempt++) {
      int at = random.nextInt(words.length);
      String word = words[at];
      if (word.length() >= 5 && word.chars().allMatch(Character::isLetter)) {
        int place = 1 + random.nextInt(word.length() - 2);
        words[at] =
            switch (random.nextInt(4)) {
              case 0 -> word.substring(0, place) + word.substring(place + 1);
              case 1 -> word.substring(0, place) + word.charAt(place) + word.substring(place);
              case 2 ->
                  word.substring(0, place)
                      + word.charAt(place + 1)
                      + word.charAt(place)
                      + word.substring(place + 2);
              default ->
                  word.substring(0, place)
                      + KEYS.charAt(random.nextInt(KEYS.length()))
                      + word.substring(place + 1);
            };
        break;
      }
    }
    return String.join(" ", words);
  }

  private static String pick(List<String> phrases, RandomGenerator random) {
    return phrases.get(random.nextInt(phrases.size()));
  }
}
