package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.regex.Pattern;

/**
 * A model repository of a hub at a revision: {@code ORG/NAME} or {@code ORG/NAME@REVISION}.
 *
 * @param revision a branch, tag or commit; {@code main} when none is named
 */
public record HubRepository(String organization, String name, String revision) {
  static final String MAIN = "main";

  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,95})");
  private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,199})");

  public HubRepository {
    if (!isPart(organization) || !isPart(name) || name.endsWith(".git")) {
      throw NeuroWeaverException.invalid(
          ("'%s/%s' is no repository of a model hub; right would be ORG/NAME: letters, digits, '.',"
                  + " '_' and '-', without '--' or '..'")
              .formatted(organization, name));
    }
    if (!REVISION.matcher(revision).matches()
        || revision.contains("..")
        || revision.contains("//")
        || revision.endsWith("/")) {
      throw NeuroWeaverException.invalid(
          "'%s' is no revision; right would be a branch, a tag or a commit, like main"
              .formatted(revision));
    }
  }

  /** Reads {@code ORG/NAME[@REVISION]}; INVALID_INPUT if it is anything else. */
  public static HubRepository parse(String text) {
    int at = text.indexOf('@');
    String id = at < 0 ? text : text.substring(0, at);
    int slash = id.indexOf('/');
    if (slash < 0) {
      throw NeuroWeaverException.invalid(
          "'%s' is no repository of a model hub; right would be ORG/NAME or ORG/NAME@REVISION"
              .formatted(text));
    }
    return new HubRepository(
        id.substring(0, slash), id.substring(slash + 1), at < 0 ? MAIN : text.substring(at + 1));
  }

  /** {@code ORG/NAME}. */
  public String id() {
    return organization + "/" + name;
  }

  /** {@code ORG--NAME}: "--" stands in neither part, so no two repositories share a folder. */
  public String folderName() {
    return organization + "--" + name;
  }

  /** The revision as one segment of a URL's path. */
  String revisionSegment() {
    return UrlSegment.escape(revision);
  }

  private static boolean isPart(String part) {
    return PART.matcher(part).matches() && !part.contains("--") && !part.contains("..");
  }

  @Override
  public String toString() {
    return revision.equals(MAIN) ? id() : id() + "@" + revision;
  }
}
