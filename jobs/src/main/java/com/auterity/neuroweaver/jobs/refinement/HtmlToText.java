package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.parser.ParseSettings;
import org.jsoup.parser.Parser;
import org.jsoup.parser.Tag;
import org.jsoup.select.NodeFilter;

/**
 * Turns HTML in text columns into plain text: blocks become lines, list items begin with a dash,
 * scripts, styles and comments go, entities become their characters. A text without any tag of HTML
 * keeps its angle brackets ({@code <jo@example.com>}, {@code 3 < 5}); only its entities are
 * decoded. Rejects rows with more than 50,000 tags in one text, which bounds what a row costs.
 */
final class HtmlToText implements Stage {
  static final String NAME = "html_to_text";
  private static final int MOST_TAGS = 50_000;
  private static final int LONGEST_NAME = 20;
  private static final Set<String> DROPPED =
      Set.of("head", "script", "style", "template", "noscript", "iframe", "object", "svg", "math");
  private static final Set<String> CELLS = Set.of("td", "th");

  private final List<Integer> columns;

  HtmlToText(Knobs knobs, Schema schema) {
    columns = knobs.textColumns("columns", schema);
    knobs.done();
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
    for (int column : columns) {
      int tags = row.get(column) == null ? 0 : tags(row.text(column));
      if (tags > MOST_TAGS) {
        return Verdict.reject(
            "html_too_complex", "has " + tags + " tags in one text, more than " + MOST_TAGS);
      }
    }
    return Verdict.keep(TextChange.of(row, columns, NAME, tally, HtmlToText::text));
  }

  /** Angle brackets that may open a tag. */
  private static int tags(String text) {
    int tags = 0;
    for (int at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
      tags++;
    }
    return tags;
  }

  static String text(String text) {
    if (hasTag(text)) {
      Document document =
          Parser.htmlParser().settings(ParseSettings.preserveCase).parseInput(text, "");
      Lines lines = new Lines();
      document.filter(lines);
      return lines.text();
    }
    return hasEntity(text) ? Parser.unescapeEntities(text, true) : text;
  }

  private static boolean hasEntity(String text) {
    int and = text.indexOf('&');
    return and >= 0 && text.indexOf(';', and) > and;
  }

  /** Whether a tag that HTML knows, a comment or a document type stands in the text. */
  private static boolean hasTag(String text) {
    for (int at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
      int from = at + 1;
      if (text.startsWith("!--", from) || text.regionMatches(true, from, "!doctype", 0, 8)) {
        return true;
      }
      if (from < text.length() && text.charAt(from) == '/') {
        from++;
      }
      int end = from;
      while (end < text.length()
          && end - from <= LONGEST_NAME
          && " \t\r\n\f/>".indexOf(text.charAt(end)) < 0) {
        end++;
      }
      if (end < text.length()
          && end > from
          && Tag.isKnownTag(text.substring(from, end).toLowerCase(Locale.ROOT))
          && text.indexOf('>', end) >= 0) {
        return true;
      }
    }
    return false;
  }

  /** Collects the text of a document. */
  private static final class Lines implements NodeFilter {
    private final StringBuilder out = new StringBuilder();
    private int preformatted;
    private boolean space;

    @Override
    public FilterResult head(Node node, int depth) {
      if (node instanceof TextNode text) {
        add(text.getWholeText());
      } else if (node instanceof Element element) {
        String name = element.normalName();
        if (DROPPED.contains(name)) {
          return FilterResult.SKIP_ENTIRELY;
        }
        if (name.equals("br")) {
          endLine(true);
        } else if (!element.tag().isKnownTag() && !name.startsWith("#")) {
          add("<" + element.tagName() + ">");
        } else if (CELLS.contains(name)) {
          space = true;
        } else if (element.tag().isBlock()) {
          endLine(false);
          if (name.equals("li")) {
            out.append("- ");
          }
        }
        preformatted += name.equals("pre") ? 1 : 0;
      }
      return FilterResult.CONTINUE;
    }

    @Override
    public FilterResult tail(Node node, int depth) {
      if (node instanceof Element element) {
        preformatted -= element.normalName().equals("pre") ? 1 : 0;
        if (element.tag().isBlock() && !CELLS.contains(element.normalName())) {
          endLine(false);
        }
      }
      return FilterResult.CONTINUE;
    }

    private void add(String text) {
      if (preformatted > 0) {
        out.append(text);
        return;
      }
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
          space = true;
          continue;
        }
        if (space && out.length() > 0 && !atLineStart()) {
          out.append(' ');
        }
        space = false;
        out.append(c);
      }
    }

    private boolean atLineStart() {
      return out.charAt(out.length() - 1) == '\n';
    }

    private void endLine(boolean always) {
      space = false;
      if (always || (out.length() > 0 && !atLineStart())) {
        out.append('\n');
      }
    }

    String text() {
      return out.toString().strip();
    }
  }
}
