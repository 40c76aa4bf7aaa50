package com.auterity.neuroweaver.workflow;

import java.util.List;
import java.util.Locale;

/** Charts as inline SVG. */
final class SvgChart {
  private static final int WIDTH = 920;
  private static final int LEFT = 56;

  private SvgChart() {}

  /** A bar with its value and colour. */
  record Bar(String label, double value, String color) {}

  /** Bars that stand together over one label. */
  record Group(String label, List<Bar> bars) {
    Group {
      bars = List.copyOf(bars);
    }
  }

  /** A curve of values over 1, 2, 3 ... */
  static String line(List<Double> values, String xLabel, String yLabel) {
    int height = 260;
    int bottom = height - 36;
    double most =
        values.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).max().orElse(1);
    double top = most <= 0 ? 1 : most * 1.05;
    StringBuilder svg = open(height, yLabel);
    for (int tick = 0; tick <= 4; tick++) {
      double y = bottom - (bottom - 16) * tick / 4.0;
      svg.append(gridLine(y))
          .append(text(LEFT - 8, y + 4, "end", ReportPage.number(top * tick / 4, 2)));
    }
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      double x = LEFT + (WIDTH - LEFT - 16.0) * i / (values.size() - 1);
      double value = Double.isFinite(values.get(i)) ? values.get(i) : top;
      double y = bottom - (bottom - 16) * Math.min(value, top) / top;
      points.append(format(x)).append(',').append(format(y)).append(' ');
    }
    svg.append("<polyline fill=\"none\" stroke=\"#2563eb\" stroke-width=\"2\" points=\"");
    svg.append(points.toString().strip()).append("\"/>");
    svg.append(text(LEFT, height - 14, "start", xLabel + " 1"));
    svg.append(text(WIDTH - 16, height - 14, "end", xLabel + " " + values.size()));
    svg.append(text(LEFT, 12, "start", yLabel));
    return svg.append("</svg>\n").toString();
  }

  /** Groups of bars of shares between 0 and 1. */
  static String shares(List<Group> groups) {
    int height = 260;
    int bottom = height - 52;
    StringBuilder svg = open(height, "shares before and after");
    for (int tick = 0; tick <= 4; tick++) {
      double y = bottom - (bottom - 16) * tick / 4.0;
      svg.append(gridLine(y)).append(text(LEFT - 8, y + 4, "end", tick * 25 + " %"));
    }
    double groupWidth = (WIDTH - LEFT - 16.0) / Math.max(1, groups.size());
    for (int g = 0; g < groups.size(); g++) {
      Group group = groups.get(g);
      double barWidth = groupWidth * 0.7 / Math.max(1, group.bars().size());
      double x = LEFT + groupWidth * g + groupWidth * 0.15;
      for (Bar bar : group.bars()) {
        double share = Math.max(0, Math.min(1, bar.value()));
        double barHeight = (bottom - 16) * share;
        svg.append(rectangle(x + 2, bottom - barHeight, barWidth - 4, barHeight, bar.color()));
        svg.append(
            text(
                x + barWidth / 2,
                bottom - barHeight - 4,
                "middle",
                ReportPage.number(bar.value() * 100, 1) + " %"));
        svg.append(text(x + barWidth / 2, bottom + 16, "middle", bar.label()));
        x += barWidth;
      }
      svg.append(text(LEFT + groupWidth * (g + 0.5), bottom + 40, "middle", group.label()));
    }
    return svg.append("</svg>\n").toString();
  }

  /** One horizontal bar below the other, each with its value. */
  static String rows(List<Bar> bars, int digits) {
    int labels = 220;
    int height = 12 + 26 * bars.size();
    double most = bars.stream().mapToDouble(Bar::value).max().orElse(0);
    StringBuilder svg = open(height, "bars");
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double y = 8 + 26.0 * i;
      double length = most <= 0 ? 0 : (WIDTH - labels - 120.0) * bar.value() / most;
      svg.append(text(labels - 8, y + 13, "end", bar.label()));
      svg.append(rectangle(labels, y, Math.max(1, length), 18, bar.color()));
      svg.append(
          text(labels + length + 8, y + 13, "start", ReportPage.number(bar.value(), digits)));
    }
    return svg.append("</svg>\n").toString();
  }

  private static StringBuilder open(int height, String label) {
    return new StringBuilder("<svg role=\"img\" aria-label=\"")
        .append(ReportPage.escape(label))
        .append("\" viewBox=\"0 0 ")
        .append(WIDTH)
        .append(' ')
        .append(height)
        .append("\" width=\"")
        .append(WIDTH)
        .append("\">");
  }

  private static String gridLine(double y) {
    return "<line x1=\""
        + LEFT
        + "\" x2=\""
        + (WIDTH - 16)
        + "\" y1=\""
        + format(y)
        + "\" y2=\""
        + format(y)
        + "\" stroke=\"#e4e7eb\"/>";
  }

  private static String rectangle(double x, double y, double width, double height, String color) {
    return "<rect x=\""
        + format(x)
        + "\" y=\""
        + format(y)
        + "\" width=\""
        + format(width)
        + "\" height=\""
        + format(height)
        + "\" rx=\"2\" fill=\""
        + color
        + "\"/>";
  }

  private static String text(double x, double y, String anchor, String content) {
    return "<text x=\""
        + format(x)
        + "\" y=\""
        + format(y)
        + "\" text-anchor=\""
        + anchor
        + "\">"
        + ReportPage.escape(content)
        + "</text>";
  }

  private static String format(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
