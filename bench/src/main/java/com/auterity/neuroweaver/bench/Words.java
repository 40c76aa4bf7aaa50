package com.auterity.neuroweaver.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Words to draw from, as ASCII bytes. */
final class Words {
  private final byte[][] words;

  private Words(Stream<String> words) {
    this.words = words.map(word -> word.getBytes(StandardCharsets.US_ASCII)).toArray(byte[][]::new);
  }

  /** Words apart by commas. */
  static Words of(String list) {
    return new Words(Arrays.stream(list.split(",")).map(String::strip));
  }

  static Words of(Stream<String> words) {
    return new Words(words);
  }

  byte[] draw(SplittableRandom random) {
    return words[random.nextInt(words.length)];
  }

  /** The word of a number, any number. */
  byte[] at(long number) {
    return words[(int) Long.remainderUnsigned(number, words.length)];
  }

  int count() {
    return words.length;
  }
}
