package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BoilerplateTest {
  @Test
  void takesOutLinesOfEveryKindOfPattern() {
    String stage =
        """
        {stage:'boilerplate',columns:['t'],lines:[
          {literal:'Thank you for choosing us'},{prefix:'Sent from my'},
          {contains:'unsubscribe'},{regex:'Page \\\\d+ of \\\\d+'}]}
        """;
    String text =
        """
        Oil leaks at the pan
          THANK YOU FOR CHOOSING US
        Page 1 of 12
        Page one
        click here to Unsubscribe now
        Sent from my phone
        thank you for choosing us again\
        """;
    assertEquals(
        "Oil leaks at the pan\nPage one\nthank you for choosing us again",
        RecipeRun.of(stage, text).result());
  }

  @Test
  void heedsCaseWhenTold() {
    String stage = "{stage:'boilerplate',columns:['t'],ignore_case:false,lines:[{prefix:'Sent'}]}";
    assertEquals("sent a\nb", RecipeRun.of(stage, "sent a\nSent b\nb").result());
  }

  @Test
  void takesOutSignaturesOnly() {
    assertEquals("It squeaks.", signature("It squeaks.\n-- \nJo Doe\nservice advisor, day shift"));
    assertEquals(
        "It squeaks.\nPlease call.",
        signature(
            "It squeaks.\nPlease call.\n\nBest regards,\n\nJo Doe\nService Advisor\n"
                + "Hill of Avalon Motors, Inc.\n(555) 010-1234\njo@example.com"));
    String asks = "Thanks\nneed an oil change on the truck";
    assertEquals(asks, signature(asks));
    String question = "Hello\nRegards,\nJo\nIs it ready?";
    assertEquals(question, signature(question));
    String later = "Thanks\n" + "The brakes grind when I stop at the light.\n".repeat(2) + "Jo";
    assertEquals(later, signature(later));
  }

  private static String signature(String text) {
    return RecipeRun.of("{stage:'boilerplate',columns:['t'],signatures:true}", text).result();
  }

  @Test
  void takesOutDisclaimersOnly() {
    String stage = "{stage:'boilerplate',columns:['t'],disclaimers:true}";
    String disclaimer =
        "This e-mail is confidential and intended only for the person named.\n"
            + "If you have received this in error, please delete it.";
    assertEquals(
        "The part is here.\n\nJo",
        RecipeRun.of(stage, "The part is here.\n\n" + disclaimer + "\n\nJo").result());
    String honest = "Please keep my address confidential and delete the old one.";
    assertEquals(honest, RecipeRun.of(stage, honest).result());
  }

  @Test
  void takesOutQuotedMail() {
    String stage = "{stage:'boilerplate',columns:['t'],quoted:true}";
    assertEquals(
        "Yes, Monday.\nmileage > 90000",
        RecipeRun.of(
                stage,
                "Yes, Monday.\nmileage > 90000\n\nOn Tue, Jan 6, 2026, Jo <jo@example.com> wrote:\n> When?\n>> Soon")
            .result());
  }

  @Test
  void leavesOtherTextsAsTheyAre() {
    String stage =
        "{stage:'boilerplate',columns:['t'],quoted:true,signatures:true,disclaimers:true}";
    String text = "  a\r\n\r\n b \t\r\n";
    assertEquals(text, RecipeRun.of(stage, text).result());
  }
}
