package com.auterity.neuroweaver.jobs.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Text as rows of tokens. A document begins with {@code <|endoftext|>} and ends where the next
 * would; one whose lines speak in turn as "User:" and "Assistant:" becomes a chat. In three rows of
 * four attention stays in the document; the fourth is read as one text, so that all positions of a
 * row are learnt.
 */
final class PretrainCorpus {
  private static final String USER_LINE = "User: ";
  private static final String ASSISTANT_LINE = "Assistant: ";

  private final int[] tokens;
  private final int[] targets;
  private final int[] documents;
  private final int rowTokens;
  private final long bytes;

  private PretrainCorpus(int[] tokens, int[] targets, int[] documents, int rowTokens, long bytes) {
    this.tokens = tokens;
    this.targets = targets;
    this.documents = documents;
    this.rowTokens = rowTokens;
    this.bytes = bytes;
  }

  /** Takes documents until they have this many UTF-8 bytes, and leaves out the last, short row. */
  static PretrainCorpus of(Iterator<String> texts, long bytes, Tokenizer tokenizer, int rowTokens) {
    int endOfText = tokenizer.id(TokenizerFiles.END_OF_TEXT);
    Growing tokens = new Growing();
    Growing targets = new Growing();
    Growing documents = new Growing();
    long taken = 0;
    int document = 0;
    for (; taken < bytes && texts.hasNext(); document++) {
      String text = texts.next();
      taken += text.getBytes(StandardCharsets.UTF_8).length;
      List<Message> dialogue = dialogue(text);
      int[] ids =
          tokenizer.encode(
              dialogue.isEmpty()
                  ? TokenizerFiles.END_OF_TEXT + text
                  : TokenizerFiles.chat(dialogue));
      for (int i = 0; i < ids.length; i++) {
        tokens.add(ids[i]);
        targets.add(i + 1 < ids.length ? ids[i + 1] : endOfText);
        documents.add(document);
      }
    }
    return new PretrainCorpus(
        tokens.toArray(), targets.toArray(), documents.toArray(), rowTokens, taken);
  }

  int rows() {
    return tokens.length / rowTokens;
  }

  long bytes() {
    return bytes;
  }

  long tokens() {
    return (long) rows() * rowTokens;
  }

  /** Some rows, one after the other. */
  MicroBatch batch(int... rows) {
    int n = rows.length * rowTokens;
    int[] batchTokens = new int[n];
    int[] batchTargets = new int[n];
    int[] positions = new int[n];
    int[] segments = new int[n];
    int segment = -1;
    int out = 0;
    for (int row : rows) {
      boolean oneText = row % 4 == 3;
      for (int i = 0; i < rowTokens; i++, out++) {
        int at = row * rowTokens + i;
        boolean begins = i == 0 || (!oneText && documents[at] != documents[at - 1]);
        segment += begins ? 1 : 0;
        positions[out] = begins ? 0 : positions[out - 1] + 1;
        segments[out] = segment;
        batchTokens[out] = tokens[at];
        batchTargets[out] = targets[at];
      }
    }
    return new MicroBatch(batchTokens, batchTargets, positions, segments);
  }

  /** The rows of this corpus in the order of one pass, shuffled by seed and pass. */
  int[] order(long seed, int pass) {
    int[] order = new int[rows()];
    Arrays.setAll(order, i -> i);
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + pass);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int row = order[i];
      order[i] = order[j];
      order[j] = row;
    }
    return order;
  }

  /** The turns of a dialogue, or none when the text is not one. */
  static List<Message> dialogue(String text) {
    List<Message> turns = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      String speaker = turns.size() % 2 == 0 ? USER_LINE : ASSISTANT_LINE;
      if (!line.startsWith(speaker)) {
        return List.of();
      }
      String said = line.substring(speaker.length()).strip();
      turns.add(turns.size() % 2 == 0 ? Message.user(said) : Message.assistant(said));
    }
    return turns.size() % 2 == 0 ? turns : List.of();
  }

  private static final class Growing {
    private int[] values = new int[1 << 16];
    private int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, Math.multiplyExact(size, 2));
      }
      values[size++] = value;
    }

    int[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
