package com.auterity.neuroweaver.datasets.store;

import java.util.Optional;

/**
 * On whose behalf a replacement is reserved: {@code job/version}, because one job replaces many
 * versions of one name.
 */
final class ReplacementOf {
  private static final char BETWEEN = '/';

  private ReplacementOf() {}

  static String owner(String jobId, String versionId) {
    return jobId + BETWEEN + versionId;
  }

  /** The job in any reservation's owner. */
  static String job(String owner) {
    int at = owner.indexOf(BETWEEN);
    return at < 0 ? owner : owner.substring(0, at);
  }

  /** The version to be replaced; empty for a reservation of another kind. */
  static Optional<String> version(String owner) {
    int at = owner.indexOf(BETWEEN);
    return at < 0 ? Optional.empty() : Optional.of(owner.substring(at + 1));
  }
}
