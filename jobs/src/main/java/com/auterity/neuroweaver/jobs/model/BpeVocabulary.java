package com.auterity.neuroweaver.jobs.model;

import java.util.List;

/**
 * What a byte-pair encoding is: special tokens (ids from 0), then the 256 bytes in the order of
 * their values, then one token for each merge in the order merges apply.
 */
public record BpeVocabulary(List<String> specialTokens, List<Merge> merges) {
  /** Two ids that become a new one. */
  public record Merge(int left, int right) {}

  public BpeVocabulary {
    specialTokens = List.copyOf(specialTokens);
    merges = List.copyOf(merges);
  }

  public int size() {
    return specialTokens.size() + 256 + merges.size();
  }

  /** The id of a byte (0 to 255). */
  int idOfByte(int value) {
    return specialTokens.size() + value;
  }

  /**
   * The name of every token in the order of ids, bytes written as {@link ByteLevel} writes them.
   */
  public String[] names() {
    String[] names = new String[size()];
    int next = 0;
    for (String special : specialTokens) {
      names[next++] = special;
    }
    for (int b = 0; b < 256; b++) {
      names[next++] = String.valueOf(ByteLevel.character(b));
    }
    for (Merge merge : merges) {
      names[next++] = names[merge.left()] + names[merge.right()];
    }
    return names;
  }
}
