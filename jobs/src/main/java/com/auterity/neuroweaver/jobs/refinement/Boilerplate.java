package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Takes out of text columns what is nobody's message: lines of given patterns, the quoted mail an
 * answer carries, the signature below it, disclaimers. What a rule does not cover for certain
 * stays; texts keep their other lines as they were. Rejects nothing.
 */
final class Boilerplate implements Stage {
  static final String NAME = "boilerplate";

  private static final int LONGEST_SIGNATURE = 12;
  private static final int LONGEST_SIGNATURE_LINE = 80;
  private static final int DISCLAIMER_CUES = 3;
  private static final int LONGEST_DISCLAIMER = 10_000;

  private static final Set<String> SIGN_OFFS =
      Set.of(
          "regards",
          "best regards",
          "kind regards",
          "warm regards",
          "best",
          "best wishes",
          "sincerely",
          "sincerely yours",
          "yours sincerely",
          "yours truly",
          "respectfully",
          "cheers",
          "thanks",
          "many thanks",
          "thank you",
          "thanks and regards",
          "thanks in advance");

  private static final Set<String> SMALL_WORDS =
      Set.of("of", "and", "the", "at", "de", "van", "von");

  private static final List<String> CUES =
      List.of(
          "confidential",
          "privileged",
          "intended recipient",
          "intended solely",
          "intended only",
          "unauthorized",
          "received this",
          "notify the sender",
          "contact the sender",
          "prohibited",
          "disclosure",
          "delete",
          "virus");

  private final List<Integer> columns;
  private final List<LinePattern> patterns = new ArrayList<>();
  private final boolean quoted;
  private final boolean signatures;
  private final boolean disclaimers;

  Boilerplate(Knobs knobs, Schema schema) {
    columns = knobs.textColumns("columns", schema);
    boolean ignoreCase = knobs.flag("ignore_case", true);
    if (knobs.has("lines")) {
      int i = 0;
      for (JsonNode line : knobs.list("lines")) {
        patterns.add(LinePattern.of(line, knobs.place() + ".lines[" + i++ + "]", ignoreCase));
      }
    }
    quoted = knobs.flag("quoted", false);
    signatures = knobs.flag("signatures", false);
    disclaimers = knobs.flag("disclaimers", false);
    knobs.done();
    if (patterns.isEmpty() && !quoted && !signatures && !disclaimers) {
      throw Knobs.invalid(
          knobs.place(),
          "takes nothing out",
          "at least one of lines, quoted, signatures, disclaimers");
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Integer> columns() {
    return columns;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    return Verdict.keep(TextChange.of(row, columns, NAME, tally, this::without));
  }

  private String without(String text) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    int before = lines.size();
    lines.removeIf(line -> patterns.stream().anyMatch(p -> p.matches(line.strip())));
    if (quoted) {
      lines = withoutQuoted(lines);
    }
    if (disclaimers) {
      lines = withoutDisclaimers(lines);
    }
    if (signatures) {
      lines = lines.subList(0, signature(lines));
    }
    return lines.size() == before ? text : String.join("\n", lines).strip();
  }

  /** Without lines that begin with > and the "On ..., ... wrote:" before them. */
  private static List<String> withoutQuoted(List<String> lines) {
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.startsWith(">")) {
        continue;
      }
      int next = i + 1;
      while (next < lines.size() && next <= i + 2 && lines.get(next).isBlank()) {
        next++;
      }
      boolean introduces =
          line.endsWith(":") && next < lines.size() && lines.get(next).strip().startsWith(">");
      if (introduces && line.toLowerCase(Locale.ROOT).endsWith("wrote:")) {
        continue;
      }
      kept.add(lines.get(i));
    }
    return kept;
  }

  /** Without paragraphs that say at least three different things only disclaimers say together. */
  private static List<String> withoutDisclaimers(List<String> lines) {
    List<String> kept = new ArrayList<>();
    for (int from = 0; from < lines.size(); ) {
      int to = from;
      int length = 0;
      while (to < lines.size() && !lines.get(to).isBlank()) {
        length += lines.get(to).length();
        to++;
      }
      boolean disclaimer =
          to > from && length <= LONGEST_DISCLAIMER && isDisclaimer(lines.subList(from, to));
      // With the paragraph goes the blank line below it.
      int end = Math.min(lines.size(), to + 1);
      if (!disclaimer) {
        kept.addAll(lines.subList(from, end));
      }
      from = end;
    }
    return kept;
  }

  private static boolean isDisclaimer(List<String> paragraph) {
    String text = String.join(" ", paragraph).toLowerCase(Locale.ROOT);
    return CUES.stream().filter(text::contains).count() >= DISCLAIMER_CUES;
  }

  /**
   * Where the signature begins, or the number of lines: at "-- " (RFC 3676, 4.3) with at most
   * twelve short lines to the end, none of them a sentence; or at a sign-off, when these are names,
   * titles, numbers and addresses only.
   */
  private static int signature(List<String> lines) {
    int end = lines.size();
    int filled = 0;
    int start = end;
    boolean ofPerson = true;
    for (int i = end - 1; i >= 0 && filled <= LONGEST_SIGNATURE; i--) {
      String line = lines.get(i).strip();
      if (line.isEmpty()) {
        continue;
      }
      if (line.equals("--") || line.equals("\u2014") || (ofPerson && isSignOff(line))) {
        start = i;
      } else if (line.length() > LONGEST_SIGNATURE_LINE || isSaid(line)) {
        break;
      } else {
        ofPerson &= isOfPerson(line);
      }
      filled++;
    }
    return start;
  }

  private static boolean isSignOff(String line) {
    if (line.length() > 24) {
      return false;
    }
    String bare = line.toLowerCase(Locale.ROOT);
    while (!bare.isEmpty() && ",.!".indexOf(bare.charAt(bare.length() - 1)) >= 0) {
      bare = bare.substring(0, bare.length() - 1);
    }
    return SIGN_OFFS.contains(bare);
  }

  /** An address, a number to call, or words that all begin with a capital. */
  private static boolean isOfPerson(String line) {
    long digits = line.chars().filter(Character::isDigit).count();
    if (digits >= 7 || line.indexOf('@') >= 0 || line.contains("www.") || line.contains("://")) {
      return true;
    }
    for (String word : line.split("\\s+")) {
      if (Character.isLowerCase(word.charAt(0)) && !SMALL_WORDS.contains(word)) {
        return false;
      }
    }
    return true;
  }

  /** A question, or five words or more that end like a sentence and are no name or title. */
  private static boolean isSaid(String line) {
    char last = line.charAt(line.length() - 1);
    return last == '?'
        || ((last == '.' || last == '!') && line.split("\\s+", 6).length >= 5 && !isOfPerson(line));
  }
}
