package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlToTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<p>Brakes &amp; rotors</p><p>done</p> | Brakes & rotors\\ndone",
        "line<br>break<BR/>twice | line\\nbreak\\ntwice",
        "<ul><li>oil</li><li>filter</li></ul> | - oil\\n- filter",
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table> | a b\\nc",
        "a<script>alert('x')</script><style>p{}</style>b<!-- c --> | ab",
        "<b>bo</b>ld and <a href='x'>link</a> | bold and link",
        "<p>write to <jo.Doe@example.com> | write to <jo.Doe@example.com>",
        "write to <jo@example.com> & wait | write to <jo@example.com> & wait",
        "3 < 5 and 7 > 2 | 3 < 5 and 7 > 2",
        "R&amp;D caf&eacute; &#8212; ok | R&D café — ok",
        "AT&T and Q&A; no entity | AT&T and Q&A; no entity",
        "<pre>a  b</pre> c   d | a  b\\nc d",
        "<p>unclosed <b>bold<p>next | unclosed bold\\nnext",
      })
  void readsAsAPersonWould(String html, String text) {
    assertEquals(
        text.replace("\\n", "\n"),
        RecipeRun.of("{stage:'html_to_text',columns:['t']}", html).result());
  }

  @Test
  void rejectsWhatIsTooComplexAndCountsWhatItChanged() {
    RecipeRun run =
        RecipeRun.of("{stage:'html_to_text',columns:['t']}", "<b>".repeat(60_000) + "x");
    assertEquals("html_too_complex", run.reason());
    assertTrue(run.detail().contains("60000 tags"), run.detail());
    assertEquals(
        1,
        RecipeRun.of("{stage:'html_to_text',columns:['t']}", "<p>x")
            .tally
            .stages()
            .get(0)
            .changed());
  }
}
