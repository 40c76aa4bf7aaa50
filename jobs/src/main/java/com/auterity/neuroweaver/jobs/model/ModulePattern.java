package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A Python regular expression over module paths such as {@code model.layers.3.self_attn.q_proj}, as
 * PEFT's configurations hold them. An expression that backtracks without end is refused, not run.
 */
final class ModulePattern {
  /** Far above what a sane expression reads of a path of some fifty characters. */
  private static final int MAX_STEPS = 1_000_000;

  private final String key;
  private final boolean literal;
  private final Pattern whole;

  private ModulePattern(String key, boolean literal, Pattern whole) {
    this.key = key;
    this.literal = literal;
    this.whole = whole;
  }

  /** Matches a whole path: Python's {@code re.fullmatch(regex, path)}. */
  static ModulePattern full(String key, String regex) {
    return new ModulePattern(regex, false, compile(key, regex, regex));
  }

  /**
   * Matches a path or its end, from a dot on: {@code re.match(rf"(.*\.)?({regex})$", path)}, as for
   * rank_pattern and alpha_pattern.
   */
  static ModulePattern suffix(String key, String regex) {
    boolean literal = regex.chars().allMatch(c -> c == '.' || c == '_' || isAsciiLetterOrDigit(c));
    return new ModulePattern(
        regex, literal, literal ? null : compile(key, regex, "(.*\\.)?(" + regex + ")$"));
  }

  boolean matches(String path) {
    return literal ? endsWithKey(path) : matches(whole, key, path);
  }

  /** The number a path's layer has by {@code .*\.NAME\.(\d+)\.}, for layers_pattern. */
  static boolean findsLayer(String key, String name, String path) {
    Pattern pattern = compile(key, name, ".*\\.(?:" + name + ")\\.(\\d+)\\.");
    return pattern.matcher(new Counted(path, name, new int[1])).lookingAt();
  }

  /** Names and dots alone, where a dot stands for any character: no engine is needed. */
  private boolean endsWithKey(String path) {
    int start = path.length() - key.length();
    if (start < 0 || (start > 0 && path.charAt(start - 1) != '.')) {
      return false;
    }
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c != '.' && c != path.charAt(start + i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean matches(Pattern pattern, String regex, String path) {
    Matcher matcher = pattern.matcher(new Counted(path, regex, new int[1]));
    return matcher.matches();
  }

  private static Pattern compile(String key, String named, String regex) {
    try {
      return Pattern.compile(
          regex.replace("(?P<", "(?<").replaceAll("\\(\\?P=(\\w+)\\)", "\\\\k<$1>"));
    } catch (PatternSyntaxException e) {
      throw NeuroWeaverException.invalid(
          "%s holds \"%s\", which is no regular expression: %s"
              .formatted(key, named, e.getDescription()));
    }
  }

  private static boolean isAsciiLetterOrDigit(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  /** A path that counts how often it is read. */
  private record Counted(String path, String regex, int[] steps) implements CharSequence {
    @Override
    public int length() {
      return path.length();
    }

    @Override
    public char charAt(int index) {
      if (++steps[0] > MAX_STEPS) {
        throw NeuroWeaverException.invalid(
            "the expression \"%s\" takes too long on %s; write it without nested repetition"
                .formatted(regex, path));
      }
      return path.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return path.subSequence(start, end);
    }

    @Override
    public String toString() {
      return path;
    }
  }
}
