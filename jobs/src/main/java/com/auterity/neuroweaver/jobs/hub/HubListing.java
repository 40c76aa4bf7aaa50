package com.auterity.neuroweaver.jobs.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of one commit, sorted by path. Everything later is read at this commit, so that a push
 * by somebody else during a pull mixes nothing.
 */
record HubListing(String commit, List<HubFile> files) {
  private static final int MOST_PAGES = 1000;
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?");
  private static final Pattern NEXT =
      Pattern.compile("<([^>]*)>\\s*;(?:[^,<]*;)?\\s*rel=\"?next\"?");

  HubListing {
    files = List.copyOf(files);
  }

  /** Asks for the revision's commit and, page by page, for its files. */
  static HubListing read(HubHttp http, HubRepository repository) throws InterruptedException {
    String what = repository.toString();
    String commit = commit(http, repository);
    URI page =
        http.access().at("/api/models/" + repository.id() + "/tree/" + commit + "?recursive=true");
    List<HubFile> files = new ArrayList<>();
    Set<URI> pages = new HashSet<>();
    while (page != null) {
      if (!pages.add(page) || pages.size() > MOST_PAGES) {
        throw HubHttp.lie(what, "a list of files without end");
      }
      AtomicReference<URI> next = new AtomicReference<>();
      URI at = page;
      JsonNode entries =
          http.json(
              what,
              HubCall.get(page, Map.of("Accept", HubCall.JSON)),
              answer -> next.set(next(http, what, at, answer).orElse(null)));
      if (!entries.isArray()) {
        throw HubHttp.lie(what, "a list of files that is no list");
      }
      for (JsonNode entry : entries) {
        if (entry.path("type").asText().equals("file")) {
          files.add(file(what, entry));
        }
      }
      page = next.get();
    }
    files.sort(Comparator.comparing(HubFile::path));
    return new HubListing(commit, files);
  }

  /** The commit that a revision stands for now. */
  static String commit(HubHttp http, HubRepository repository) throws InterruptedException {
    JsonNode info =
        http.json(
            repository.toString(),
            HubCall.get(
                http.access()
                    .at(
                        "/api/models/"
                            + repository.id()
                            + "/revision/"
                            + repository.revisionSegment()),
                Map.of("Accept", HubCall.JSON)));
    String commit = info.path("sha").asText();
    if (!COMMIT.matcher(commit).matches()) {
      throw HubHttp.lie(
          repository.toString(),
          "it names no commit (sha is %s)".formatted(HubHttp.plain(info.path("sha").toString())));
    }
    return commit;
  }

  private static HubFile file(String what, JsonNode entry) {
    String path = entry.path("path").asText();
    RepositoryPath.checkStays(path);
    JsonNode lfs = entry.path("lfs");
    boolean large = lfs.isObject();
    ContentHash hash = large ? ContentHash.SHA256 : ContentHash.GIT_BLOB;
    String hex = (large ? lfs : entry).path("oid").asText();
    hex = hex.startsWith("sha256:") ? hex.substring("sha256:".length()) : hex;
    JsonNode size = (large && lfs.has("size") ? lfs : entry).path("size");
    if (!hash.isHex(hex)
        || !size.isIntegralNumber()
        || !size.canConvertToLong()
        || size.asLong() < 0) {
      throw HubHttp.lie(
          what,
          "file %s is listed with size %s and hash '%s'"
              .formatted(path, HubHttp.plain(size.toString()), HubHttp.plain(hex)));
    }
    return new HubFile(path, size.asLong(), hash, hex);
  }

  private static Optional<URI> next(HubHttp http, String what, URI page, HubAnswer answer) {
    for (String link : answer.headers().allValues("Link")) {
      Matcher matcher = NEXT.matcher(link);
      if (matcher.find()) {
        try {
          URI next = page.resolve(new URI(matcher.group(1)));
          if (http.access().isOwn(next)) {
            return Optional.of(next);
          }
        } catch (URISyntaxException e) {
          // Said below, with the other links that lead nowhere.
        }
        throw HubHttp.lie(what, "the list of files goes on somewhere else");
      }
    }
    return Optional.empty();
  }
}
