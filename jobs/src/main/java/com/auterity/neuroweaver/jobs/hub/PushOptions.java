package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/**
 * How to push.
 *
 * @param create make the repository if it is not there
 * @param isPrivate nobody else may see what is pushed: a new repository is made so, and one that is
 *     there must be so
 * @param message of the commit
 */
public record PushOptions(boolean create, boolean isPrivate, String message) {
  public PushOptions {
    if (message.isBlank() || message.lines().count() > 1 || message.length() > 500) {
      throw NeuroWeaverException.invalid(
          "the commit's message must be one line of at most 500 characters");
    }
  }
}
