package com.auterity.neuroweaver.jobs.refinement.text;

/** Values as messages show them. */
public final class Shown {
  private static final int BRIEF = 60;

  private Shown() {}

  public static String brief(String text) {
    return brief(text, BRIEF);
  }

  /** The text, or its beginning and dots when it is longer; never half a surrogate pair. */
  public static String brief(String text, int most) {
    if (text == null || text.length() <= most) {
      return text;
    }
    int end = most - 3;
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + "...";
  }

  /** A share of 0 to 1 with three decimals, the same in every locale. */
  public static String share(double share) {
    long thousandths = Math.round(share * 1000);
    return thousandths / 1000 + "." + String.valueOf(1000 + thousandths % 1000).substring(1);
  }
}
