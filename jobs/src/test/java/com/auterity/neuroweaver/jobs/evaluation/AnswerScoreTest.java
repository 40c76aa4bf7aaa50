package com.auterity.neuroweaver.jobs.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerScoreTest {
  private static final String EXPECTED =
      "{\"op_code\":\"BR-1\",\"hours\":1.5,\"parts\":[\"pads\",\"rotor\"],\"reply\":\"Sure.\"}";

  @Test
  void comparesFieldByFieldAndNumbersByValue() {
    AnswerScore score =
        score(
            "{\"hours\": 1.50, \"op_code\": \"BR-1\", \"parts\": [\"rotor\", \"pads\"], \"x\": 1}");
    assertEquals(new AnswerScore(true, true, 4, 2, true, true, false), score);
    assertEquals(new AnswerScore(true, true, 4, 4, true, true, true), score(" " + EXPECTED + "\n"));
  }

  @Test
  void whatIsNoJsonObjectHasNoFieldRight() {
    for (String answer :
        List.of("", "BR-1", "[1]", "{\"op_code\":\"BR-1\"", EXPECTED + " and more")) {
      assertEquals(new AnswerScore(true, false, 4, 0, true, false, false), score(answer), answer);
    }
  }

  @Test
  void figuresAboutJsonAreNullWhereNoneIsExpected() {
    AnswerScore right = AnswerScore.of("Coolant low", "Coolant low", "op_code");
    AnswerScore wrong = AnswerScore.of("Coolant low", "{}", "op_code");
    ObjectNode figures = new ObjectMapper().createObjectNode();
    new Figures(2 * Math.log(8), 2, List.of(right, wrong)).into(figures);
    assertEquals(8, figures.get("perplexity").doubleValue(), 1e-9);
    assertEquals(0.5, figures.get("exact_match").doubleValue());
    for (String name : List.of("valid_json", "field_exact", "op_code_accuracy")) {
      assertEquals(true, figures.get(name).isNull(), name);
    }
  }

  @Test
  void figuresAreSharesOfRowsAndOfFields() {
    ObjectNode figures = new ObjectMapper().createObjectNode();
    new Figures(
            0,
            1,
            List.of(score(EXPECTED), score("{\"op_code\":\"BR-2\",\"hours\":1.5}"), score("no")))
        .into(figures);
    assertEquals(2 / 3.0, figures.get("valid_json").doubleValue());
    assertEquals(5 / 12.0, figures.get("field_exact").doubleValue());
    assertEquals(1 / 3.0, figures.get("op_code_accuracy").doubleValue());
  }

  private static AnswerScore score(String answer) {
    return AnswerScore.of(EXPECTED, answer, "op_code");
  }
}
