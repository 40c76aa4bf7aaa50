package com.auterity.neuroweaver.datasets.automotive;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.SemanticType;

/**
 * Recognizes the usual forms of values that are what their column means, without an object for
 * each. What is not recognized may still be right: {@link SemanticCheck} decides.
 */
public final class SemanticBytes {
  private static final long MOST_MILES = 2_000_000;
  private static final int LONGEST_EMAIL = 254;
  private static final boolean[] LOCAL_PART = letters("._%+'/=?^{}|~!#$&*-");
  private static final boolean[] OP_CODE = letters(" ._/*#+-");
  private static final boolean[] LABEL = letters("-");
  private static final boolean[] PHONE_SIGN = new boolean[128];

  static {
    for (char sign : " ()./-".toCharArray()) {
      PHONE_SIGN[sign] = true;
    }
  }

  private SemanticBytes() {}

  /** ASCII letters, digits and these signs. */
  private static boolean[] letters(String signs) {
    boolean[] in = new boolean[128];
    for (char c = 0; c < 128; c++) {
      in[c] = isDigit((byte) c) || isLetter((byte) c) || signs.indexOf(c) >= 0;
    }
    return in;
  }

  /** Whether UTF-8 text, of which there is at least one byte, surely is what is meant. */
  public static boolean fits(SemanticType semantic, byte[] text, int from, int to) {
    return switch (semantic) {
      case NONE, FREE_TEXT -> true;
      case VIN -> to - from == Vin.LENGTH && Vin.isRight(text, from);
      case PHONE -> phone(text, from, to);
      case EMAIL -> to - from <= LONGEST_EMAIL && email(text, from, to);
      case MONEY -> amount(text, text[from] == '$' ? from + 1 : from, to);
      case ODOMETER -> to - from <= 6 && digits(text, from, to);
      case OP_CODE -> opCode(text, from, to);
      case DTC -> troubleCode(text, from, to);
      case DATE, JSON -> false;
    };
  }

  /** Whether a value that is not text, as its 64 bits, surely is what is meant. */
  public static boolean fits(SemanticType semantic, ColumnType type, long bits) {
    return switch (semantic) {
      case NONE, FREE_TEXT -> true;
      case MONEY ->
          type == ColumnType.INT64
              || (type == ColumnType.FLOAT64 && Double.isFinite(Double.longBitsToDouble(bits)));
      case ODOMETER -> {
        double miles =
            type == ColumnType.INT64
                ? bits
                : type == ColumnType.FLOAT64 ? Double.longBitsToDouble(bits) : -1;
        yield miles >= 0 && miles <= MOST_MILES;
      }
      case DATE -> type == ColumnType.DATE || type == ColumnType.TIMESTAMP;
      default -> false;
    };
  }

  private static boolean phone(byte[] text, int from, int to) {
    int first = text[from] == '+' ? from + 1 : from;
    if (first == to || !(isDigit(text[first]) || text[first] == '(') || !isDigit(text[to - 1])) {
      return false;
    }
    int digits = 0;
    for (int i = first; i < to; i++) {
      if (isDigit(text[i])) {
        digits++;
      } else if (text[i] < 0 || !PHONE_SIGN[text[i]]) {
        return false;
      }
    }
    return digits >= 7 && digits <= 21;
  }

  private static boolean email(byte[] text, int from, int to) {
    int at = from;
    while (at < to && text[at] >= 0 && LOCAL_PART[text[at]]) {
      at++;
    }
    if (at == from || at == to || text[at] != '@') {
      return false;
    }
    int label = at + 1;
    int labels = 0;
    for (int i = label; i < to; i++) {
      if (text[i] == '.') {
        if (i == label) {
          return false;
        }
        labels++;
        label = i + 1;
      } else if (text[i] < 0 || !LABEL[text[i]]) {
        return false;
      }
    }
    for (int i = label; i < to; i++) {
      if (!isLetter(text[i])) {
        return false;
      }
    }
    return labels > 0 && to - label >= 2;
  }

  /** Digits, with at most four after a point. */
  private static boolean amount(byte[] text, int from, int to) {
    int at = from;
    while (at < to && isDigit(text[at])) {
      at++;
    }
    if (at == from) {
      return false;
    }
    return at == to || (text[at] == '.' && to - at > 1 && to - at <= 5 && digits(text, at + 1, to));
  }

  private static boolean opCode(byte[] text, int from, int to) {
    if (to - from > 32 || !(isDigit(text[from]) || isLetter(text[from]))) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (text[i] < 0 || !OP_CODE[text[i]]) {
        return false;
      }
    }
    return true;
  }

  private static boolean troubleCode(byte[] text, int from, int to) {
    if (to - from != 5 || "PBCU".indexOf(text[from]) < 0 || "0123".indexOf(text[from + 1]) < 0) {
      return false;
    }
    for (int i = from + 2; i < to; i++) {
      if (!isDigit(text[i]) && !(text[i] >= 'A' && text[i] <= 'F')) {
        return false;
      }
    }
    return true;
  }

  private static boolean digits(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!isDigit(text[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static boolean isLetter(byte b) {
    return (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
  }
}
