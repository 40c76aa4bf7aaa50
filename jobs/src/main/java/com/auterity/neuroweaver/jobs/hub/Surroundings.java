package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;

/**
 * What a transfer takes from the machine it runs on.
 *
 * @param patience how long an answer's head may take
 * @param stall how long the next piece of a body may take
 * @param usableSpace bytes that can still be written where a folder lies
 */
record Surroundings(
    Clock clock,
    Backoff.Sleeper sleeper,
    RandomGenerator random,
    Duration patience,
    Duration stall,
    ToLongFunction<Path> usableSpace) {

  static Surroundings real() {
    return new Surroundings(
        Clock.systemUTC(),
        time -> Thread.sleep(time.toMillis()),
        () -> ThreadLocalRandom.current().nextLong(),
        Duration.ofSeconds(60),
        Duration.ofSeconds(60),
        Surroundings::usableSpaceOf);
  }

  Backoff backoff() {
    return new Backoff(sleeper, random);
  }

  private static long usableSpaceOf(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "cannot tell how much space is left in %s: %s".formatted(folder, e.getMessage()),
          Map.of("folder", folder.toString()),
          e);
    }
  }
}
