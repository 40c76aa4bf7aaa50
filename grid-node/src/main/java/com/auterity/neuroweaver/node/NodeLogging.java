package com.auterity.neuroweaver.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import net.logstash.logback.encoder.LogstashEncoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs of a node: JSON lines in {@code <work_dir>/logs/node.log}, short lines on stderr. */
public final class NodeLogging {
  private NodeLogging() {}

  static void start(NodeConfig config) {
    LoggerContext context = warnings();
    context.putProperty("node", config.name());
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(file(context, config));
    context.getLogger("com.auterity.neuroweaver").setLevel(Level.toLevel(config.logLevel()));
  }

  /** Warnings on stderr and nothing else, for a command of another module. */
  public static void warningsOnly() {
    warnings();
  }

  /** Warnings on stderr and nothing else: what a command that runs no node wants of libraries. */
  static LoggerContext warnings() {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      throw new IllegalStateException(
          "logback is not what SLF4J found: " + LoggerFactory.getILoggerFactory().getClass());
    }
    context.reset();
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(console(context));
    return context;
  }

  private static ConsoleAppender<ILoggingEvent> console(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n%ex{3}");
    encoder.start();
    ThresholdFilter filter = new ThresholdFilter();
    filter.setLevel("INFO");
    filter.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("console");
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.addFilter(filter);
    console.addFilter(noise());
    console.start();
    return console;
  }

  private static KnownNoise noise() {
    KnownNoise noise = new KnownNoise();
    noise.start();
    return noise;
  }

  private static RollingFileAppender<ILoggingEvent> file(LoggerContext context, NodeConfig config) {
    Path folder = config.workDir().resolve("logs");
    LogstashEncoder encoder = new LogstashEncoder();
    encoder.setContext(context);
    encoder.start();
    RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
    file.setContext(context);
    file.setName("file");
    file.setFile(folder.resolve("node.log").toString());
    FixedWindowRollingPolicy rolling = new FixedWindowRollingPolicy();
    rolling.setContext(context);
    rolling.setParent(file);
    rolling.setFileNamePattern(folder.resolve("node.%i.log.gz").toString());
    rolling.setMinIndex(1);
    rolling.setMaxIndex(config.logFilesKept());
    rolling.start();
    SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
    size.setContext(context);
    size.setMaxFileSize(FileSize.valueOf(config.logFileMb() + "MB"));
    size.start();
    file.setRollingPolicy(rolling);
    file.setTriggeringPolicy(size);
    file.setEncoder(encoder);
    file.addFilter(noise());
    file.start();
    return file;
  }
}
