package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.List;

/**
 * Rejects rows with more than {@code max_matches} words or phrases of a list: the user's ({@code
 * words} or, where the job begins, {@code words_file}), else a short one of English profanity and
 * abuse. Changes nothing.
 */
final class ToxicityFilter implements Stage {
  static final String NAME = "toxicity_filter";

  /** Profanity and abuse that no text for customers has; slurs are for a list of one's own. */
  static final List<String> ENGLISH =
      List.of(
          "asshole",
          "assholes",
          "bastard",
          "bastards",
          "bitch",
          "bitches",
          "bullshit",
          "cocksucker",
          "cunt",
          "dickhead",
          "dipshit",
          "douchebag",
          "dumbass",
          "eat shit",
          "fuck",
          "fucked",
          "fucker",
          "fuckers",
          "fuckin",
          "fucking",
          "fucks",
          "go to hell",
          "goddamn",
          "jackass",
          "kill you",
          "kill yourself",
          "motherfucker",
          "motherfucking",
          "piece of shit",
          "piss off",
          "pissed",
          "prick",
          "shit",
          "shits",
          "shitty",
          "shut up",
          "son of a bitch",
          "twat",
          "wanker",
          "whore");

  private final List<Integer> columns;
  private final WordList words;
  private final int most;
  private final Schema schema;

  ToxicityFilter(Knobs knobs, Schema schema) {
    this.schema = schema;
    columns = knobs.textColumns("columns", schema);
    knobs.has(RecipeFiles.WORDS_FILE);
    List<String> list = knobs.has("words") ? knobs.texts("words") : ENGLISH;
    words = new WordList(list, knobs.place() + ".words");
    most = knobs.whole("max_matches", 0, 0, Integer.MAX_VALUE);
    knobs.done();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    for (int column : columns) {
      String text = row.text(column);
      WordList.Matches matches = text == null ? null : words.in(text);
      if (matches != null && matches.count() > most) {
        String name = schema.columns().get(column).name();
        return Verdict.reject(
            "toxic_" + name,
            name
                + " has "
                + matches.count()
                + " of the list's words, first \""
                + matches.first()
                + "\", more than "
                + most);
      }
    }
    return Verdict.keep(row);
  }
}
