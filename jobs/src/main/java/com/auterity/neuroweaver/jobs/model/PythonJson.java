package com.auterity.neuroweaver.jobs.model;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.Map;

/**
 * The filter {@code tojson} as chat templates expect it: Python's json.dumps without ASCII escapes,
 * so {@code {"a": 1, "b": [2, 3]}}, or indented with {@code tojson(indent=4)}.
 */
final class PythonJson implements Filter {
  @Override
  public String getName() {
    return "tojson";
  }

  @Override
  public Object filter(
      Object value, JinjavaInterpreter interpreter, Object[] args, Map<String, Object> kwargs) {
    Object indent = kwargs.containsKey("indent") ? kwargs.get("indent") : first(args);
    StringBuilder out = new StringBuilder();
    write(out, value, indent instanceof Number n ? n.intValue() : -1, 0);
    return out.toString();
  }

  @Override
  public Object filter(Object value, JinjavaInterpreter interpreter, String... args) {
    StringBuilder out = new StringBuilder();
    write(out, value, args.length > 0 ? Integer.parseInt(args[0]) : -1, 0);
    return out.toString();
  }

  private static Object first(Object[] args) {
    return args.length > 0 ? args[0] : null;
  }

  private static void write(StringBuilder out, Object value, int indent, int depth) {
    if (value == null) {
      out.append("null");
    } else if (value instanceof Double || value instanceof Float) {
      out.append(number(((Number) value).doubleValue()));
    } else if (value instanceof Boolean || value instanceof Number) {
      out.append(value);
    } else if (value instanceof Map<?, ?> map) {
      out.append('{');
      Iterator<? extends Map.Entry<?, ?>> it = map.entrySet().iterator();
      boolean any = it.hasNext();
      while (it.hasNext()) {
        Map.Entry<?, ?> entry = it.next();
        newline(out, indent, depth + 1);
        quote(out, String.valueOf(entry.getKey()));
        out.append(": ");
        write(out, entry.getValue(), indent, depth + 1);
        comma(out, it.hasNext(), indent);
      }
      close(out, any, indent, depth, '}');
    } else if (value instanceof Iterable<?> list) {
      out.append('[');
      Iterator<?> it = list.iterator();
      boolean any = it.hasNext();
      while (it.hasNext()) {
        Object element = it.next();
        newline(out, indent, depth + 1);
        write(out, element, indent, depth + 1);
        comma(out, it.hasNext(), indent);
      }
      close(out, any, indent, depth, ']');
    } else {
      quote(out, value.toString());
    }
  }

  /** As Python writes a float: the fewest digits that read back the same, 1e+16 and 1e-05. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    BigDecimal shortest = new BigDecimal(value);
    for (int digits = 1; digits <= 17; digits++) {
      shortest = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == value) {
        break;
      }
    }
    String sign = value < 0 || (value == 0 && 1 / value < 0) ? "-" : "";
    shortest = shortest.abs().stripTrailingZeros();
    String digits = shortest.unscaledValue().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    if (shortest.signum() != 0 && (exponent < -4 || exponent >= 16)) {
      return "%s%s%se%s%02d"
          .formatted(
              sign,
              digits.charAt(0),
              digits.length() > 1 ? "." + digits.substring(1) : "",
              exponent < 0 ? "-" : "+",
              Math.abs(exponent));
    }
    String plain = shortest.toPlainString();
    return sign + plain + (plain.contains(".") ? "" : ".0");
  }

  private static void comma(StringBuilder out, boolean more, int indent) {
    if (more) {
      out.append(indent < 0 ? ", " : ",");
    }
  }

  private static void close(StringBuilder out, boolean any, int indent, int depth, char bracket) {
    if (any) {
      newline(out, indent, depth);
    }
    out.append(bracket);
  }

  private static void newline(StringBuilder out, int indent, int depth) {
    if (indent >= 0) {
      out.append('\n').append(" ".repeat(indent * depth));
    }
  }

  private static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
