package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.Workflow;
import com.auterity.neuroweaver.client.WorkflowRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "run",
    description = "Run a workflow file and follow it to its end.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Mixin private Connection connection;
  @Mixin private Printer printer;

  @Parameters(
      paramLabel = "FILE",
      description = "The workflow, for example config/quickstart.yaml.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Value of a parameter of the workflow; may be repeated.")
  private Map<String, String> values = new LinkedHashMap<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write report.json and report.html into this folder.")
  private Path out;

  @Option(names = "--detach", description = "Submit, print the id and return.")
  private boolean detach;

  @Override
  public Integer call() throws InterruptedException {
    NeuroWeaverClient client = connection.client();
    Map<String, JsonNode> parameters = new LinkedHashMap<>();
    values.forEach((name, value) -> parameters.put(name, TextNode.valueOf(value)));
    Workflow workflow =
        client.createWorkflow(new WorkflowRequest(file.toString(), read(file), parameters));
    if (detach) {
      printer.print(workflow, o -> o.println(workflow.workflowId()));
      return ExitCode.OK;
    }
    if (!printer.json()) {
      printer.out().println("workflow " + workflow.workflowId());
    }
    WorkflowWatch watch =
        new WorkflowWatch(
            client,
            printer.json() ? new java.io.PrintWriter(java.io.Writer.nullWriter()) : printer.out());
    Thread farewell = farewell(workflow.workflowId());
    Runtime.getRuntime().addShutdownHook(farewell);
    Workflow end = watch.follow(workflow.workflowId());
    Runtime.getRuntime().removeShutdownHook(farewell);
    if (printer.json()) {
      printer.out().println(Printer.pretty(end));
    }
    if (out != null && !watch.writeReport(end, out) && end.state() == JobState.SUCCEEDED) {
      printer
          .err()
          .println("nothing was written into " + out + ": " + file + " has no step of kind report");
    }
    WorkflowWatch.throwUnlessSucceeded(end);
    return ExitCode.OK;
  }

  /** What Ctrl-C leaves behind is said, because the workflow does not stop with this command. */
  private Thread farewell(String workflowId) {
    java.io.PrintWriter err = printer.err();
    return new Thread(
        () ->
            err.println(
                "\nthe workflow goes on in the grid: ./neuroweaver job watch "
                    + workflowId
                    + ", or job cancel "
                    + workflowId));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UsageException("no such workflow file: " + file.toAbsolutePath(), e);
    } catch (MalformedInputException e) {
      throw new UsageException(file + " is not a text file in UTF-8", e);
    } catch (IOException e) {
      throw new UsageException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
