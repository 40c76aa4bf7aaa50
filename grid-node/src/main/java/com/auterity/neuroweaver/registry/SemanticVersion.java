package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** major.minor.patch with an optional pre-release, ordered as Semantic Versioning 2.0.0 says. */
record SemanticVersion(int major, int minor, int patch, String preRelease)
    implements Comparable<SemanticVersion> {
  private static final Pattern FORM =
      Pattern.compile(
          "(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})"
              + "(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?");
  private static final Comparator<SemanticVersion> CORE =
      Comparator.comparingInt(SemanticVersion::major)
          .thenComparingInt(SemanticVersion::minor)
          .thenComparingInt(SemanticVersion::patch);

  static SemanticVersion parse(String text) {
    Matcher matcher = FORM.matcher(text == null ? "" : text);
    if (!matcher.matches()) {
      throw NeuroWeaverException.invalid(
          "version '" + text + "' is not a semantic version; write it like 1.0.0 or 1.2.0-rc.1");
    }
    return new SemanticVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)),
        matcher.group(4));
  }

  static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }

  /** Whether this is no pre-release. */
  boolean release() {
    return preRelease == null;
  }

  @Override
  public int compareTo(SemanticVersion other) {
    int core = CORE.compare(this, other);
    if (core != 0) {
      return core;
    }
    if (preRelease == null || other.preRelease == null) {
      return Boolean.compare(preRelease == null, other.preRelease == null);
    }
    String[] mine = preRelease.split("\\.");
    String[] theirs = other.preRelease.split("\\.");
    for (int i = 0; i < Math.min(mine.length, theirs.length); i++) {
      int order = compareIdentifiers(mine[i], theirs[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(mine.length, theirs.length);
  }

  /** Numbers by value and below words; words by ASCII. */
  private static int compareIdentifiers(String a, String b) {
    boolean aNumber = a.chars().allMatch(Character::isDigit);
    boolean bNumber = b.chars().allMatch(Character::isDigit);
    if (aNumber && bNumber) {
      return new BigInteger(a).compareTo(new BigInteger(b));
    }
    return aNumber == bNumber ? a.compareTo(b) : aNumber ? -1 : 1;
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch + (preRelease == null ? "" : "-" + preRelease);
  }
}
