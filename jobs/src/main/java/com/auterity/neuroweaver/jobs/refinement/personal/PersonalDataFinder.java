package com.auterity.neuroweaver.jobs.refinement.personal;

import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * Finds personal data in free text. Each recognizer gives what it sees a score from 0 to 1 by form
 * and checksum; nouns and helping words around raise or sink it ({@link ContextWords}), and what
 * reaches the threshold of its kind is taken. Kinds nobody asked for are found all the same where
 * they could be mistaken for others, so a VIN or a card is no phone number. Time is linear in the
 * text: everything starts at a word, a digit group or a sign and looks at a bounded distance.
 * Thread-safe.
 */
public final class PersonalDataFinder {
  static final double THRESHOLD = 0.5;

  private final EnumSet<PersonalData> kinds;
  private final EnumMap<PersonalData, Double> thresholds = new EnumMap<>(PersonalData.class);
  private final String region;

  /**
   * @param region two-letter country whose phone numbers may lack the country code
   * @param thresholds by kind, where another than {@link #THRESHOLD} holds
   */
  public PersonalDataFinder(
      Collection<PersonalData> kinds, String region, Map<PersonalData, Double> thresholds) {
    this.kinds = EnumSet.copyOf(kinds);
    this.region = region;
    for (PersonalData kind : PersonalData.values()) {
      this.thresholds.put(kind, thresholds.getOrDefault(kind, THRESHOLD));
    }
  }

  /** Non-overlapping pieces in order of place. */
  public List<Candidate> find(String text) {
    TextTokens tokens = new TextTokens(text);
    ContextWords context = new ContextWords(text, tokens);
    Candidates found = new Candidates(thresholds);
    new EmailFinder(text, tokens, found).find();
    new NumberFinder(text, context, region, found).find();
    new CodeFinder(text, tokens, context, found).find();
    if (kinds.contains(PersonalData.ADDRESS)) {
      new AddressFinder(text, tokens, context, NameFinder.VEHICLES, found).find();
    }
    if (kinds.contains(PersonalData.NAME)) {
      new NameFinder(text, tokens, found).find();
    }
    return found.settled().stream().filter(c -> kinds.contains(c.kind())).toList();
  }
}
