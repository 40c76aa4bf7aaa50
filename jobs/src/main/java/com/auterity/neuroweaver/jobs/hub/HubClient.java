package com.auterity.neuroweaver.jobs.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Fetches models from a hub and puts them there. A call works until it is done, fails or its thread
 * is interrupted; what was transferred by then is not transferred again by the next call.
 */
public final class HubClient {
  private final HubHttp http;
  private final Surroundings surroundings;
  private final Consumer<String> progress;

  /**
   * @param progress takes a line now and then; may be called by several threads, one at a time
   */
  public HubClient(HubAccess access, Consumer<String> progress) {
    this(access, progress, Surroundings.real());
  }

  HubClient(HubAccess access, Consumer<String> progress, Surroundings surroundings) {
    this.http = new HubHttp(access, surroundings);
    this.surroundings = surroundings;
    this.progress = progress;
  }

  /**
   * Fetches a repository's files into a folder, which is then complete; before, and after an error,
   * it is not there.
   *
   * @param globs of paths; with none what running the model takes
   */
  public PullResult pull(HubRepository repository, Path folder, List<String> globs)
      throws InterruptedException {
    return new Pull(http, surroundings, progress).run(repository, folder, globs);
  }

  /**
   * Puts a model folder, an adapter folder or one file into a repository, in one commit.
   *
   * @see PushOptions
   */
  public PushResult push(Path source, HubRepository repository, PushOptions options)
      throws InterruptedException {
    return new Push(http, surroundings, progress).run(source, repository, options);
  }
}
