package com.auterity.neuroweaver.jobs.model;

/** Text to token ids and back. Safe for concurrent use. */
public interface Tokenizer {
  /** The ids of a text; special tokens written in it ({@code <|user|>}) become their ids. */
  int[] encode(String text);

  /** The text of ids, special tokens left out; bytes that are no UTF-8 become U+FFFD. */
  String decode(int[] ids);

  /** The text of one token, special ones included; U+FFFD where it holds part of a character. */
  String text(int id);

  /** How many ids there are: valid ones are below it. */
  int vocabSize();

  /** The id of a token by its exact name, for example {@code <|end|>}; NOT_FOUND if none. */
  int id(String token);
}
