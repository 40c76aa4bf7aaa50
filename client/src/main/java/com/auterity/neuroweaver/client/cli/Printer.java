package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.WireMapper;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints an answer for people, or with {@code --json} as the API gave it. */
final class Printer {
  private static final JsonMapper MAPPER = WireMapper.lenient();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  PrintWriter out() {
    return command.commandLine().getOut();
  }

  PrintWriter err() {
    return command.commandLine().getErr();
  }

  boolean json() {
    return json;
  }

  void print(Object answer, Consumer<PrintWriter> forPeople) {
    if (json) {
      out().println(pretty(answer));
    } else {
      forPeople.accept(out());
    }
  }

  static String pretty(Object value) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot print " + value.getClass().getName(), e);
    }
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String decimal(double number, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", number);
  }
}
