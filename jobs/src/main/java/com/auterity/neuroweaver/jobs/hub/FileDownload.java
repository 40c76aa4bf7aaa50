package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fetches one file of a commit: bytes gather in a part file, across broken connections and across
 * runs, and become the file once size and hash are those of the listing. The entity tag beside the
 * part tells the server which content the part belongs to; other content starts it again.
 */
final class FileDownload {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

  /** So much has to arrive for a broken connection to count as progress. */
  private static final long PROGRESS_BYTES = 1 << 20;

  private static final int MOST_RESTARTS = 5;

  private final HubHttp http;
  private final Surroundings surroundings;
  private final HubRepository repository;
  private final String commit;
  private final HubFile file;
  private final Path part;
  private final Path tag;
  private final Path done;
  private final TransferLines lines;
  private final String what;
  private int restarts;

  FileDownload(
      HubHttp http,
      Surroundings surroundings,
      HubRepository repository,
      String commit,
      HubFile file,
      Path part,
      Path done,
      TransferLines lines) {
    this.http = http;
    this.surroundings = surroundings;
    this.repository = repository;
    this.commit = commit;
    this.file = file;
    this.part = part;
    this.tag = tagOf(part);
    this.done = done;
    this.lines = lines;
    this.what = repository + ": " + file.path();
  }

  static Path tagOf(Path part) {
    return part.resolveSibling(part.getFileName() + ".etag");
  }

  /** Returns when the file is there, verified and on the disk. */
  void run() throws InterruptedException {
    long had = partBytes();
    if (had > file.size()) {
      discard();
      had = 0;
    }
    lines.had(had);
    boolean resumed = had > 0;
    for (boolean again = false; ; again = true) {
      resumed |= fetchRest();
      String found = file.hash().of(part);
      if (found.equals(file.hex())) {
        break;
      }
      discard();
      if (again || !resumed) {
        throw new NeuroWeaverException(
            ErrorKind.CORRUPT,
            "%s: %d bytes arrived whose %s is %s, but the hub lists %s"
                .formatted(what, file.size(), file.hash(), found, file.hex()),
            Map.of("path", file.path()));
      }
      // Parts of two contents may have met; one transfer in one piece decides.
      lines.event(file.path() + ": what was resumed does not fit together; fetching it again");
      lines.had(-file.size());
    }
    keep();
    lines.event("%s  %s  verified".formatted(file.path(), TransferLines.size(file.size())));
  }

  /** Fetches until the part has its size; says whether it took more than one piece. */
  private boolean fetchRest() throws InterruptedException {
    Backoff backoff = surroundings.backoff();
    boolean pieces = false;
    long mark = partBytes();
    if (file.size() == 0) {
      create();
    }
    while (partBytes() < file.size()) {
      try {
        fetchOnce(partBytes());
      } catch (IOException e) {
        long now = partBytes();
        pieces |= now > 0;
        if (now - mark >= PROGRESS_BYTES) {
          backoff.progressed();
        }
        mark = now;
        backoff.failed(what, e);
      }
    }
    return pieces;
  }

  private void fetchOnce(long offset) throws IOException, InterruptedException {
    Map<String, String> headers = new LinkedHashMap<>();
    if (offset > 0) {
      headers.put("Range", "bytes=" + offset + "-");
      readTag().ifPresent(value -> headers.put("If-Range", "\"" + value + "\""));
    }
    try (HubAnswer answer = http.follow(what, HubCall.get(address(), headers))) {
      if (answer.status() == 416 && offset > 0) {
        restart(offset);
        return;
      }
      if (!answer.ok()) {
        throw http.refusal(what, answer);
      }
      checkHead(answer.first());
      Optional<String> given = HubAnswer.strongTag(answer.headers(), "ETag");
      if (answer.status() == 206 && offset > 0) {
        Optional<String> known = readTag();
        if (known.isPresent() && given.isPresent() && !known.equals(given)) {
          restart(offset);
          return;
        }
        checkRange(answer, offset);
        checkLength(answer, file.size() - offset);
        receive(answer, offset);
      } else if (answer.status() == 200) {
        checkLength(answer, file.size());
        if (offset > 0) {
          restart(offset);
        }
        writeTag(given);
        receive(answer, 0);
      } else {
        throw HubHttp.lie(what, "status " + answer.status() + " for a file");
      }
    }
  }

  /** What the hub itself says about the file, before it points to its storage. */
  private void checkHead(HttpHeaders head) {
    Optional<String> linked = HubAnswer.strongTag(head, "X-Linked-Etag");
    if (linked.isPresent() && file.hash().isHex(linked.get()) && !linked.get().equals(file.hex())) {
      throw HubHttp.lie(
          what, "its list says hash %s, its answer %s".formatted(file.hex(), linked.get()));
    }
    Optional<String> size = head.firstValue("X-Linked-Size");
    if (size.isPresent() && !size.get().equals(Long.toString(file.size()))) {
      throw HubHttp.lie(
          what,
          "its list says %d bytes, its answer %s"
              .formatted(file.size(), HubHttp.plain(size.get())));
    }
    Optional<String> at = head.firstValue("X-Repo-Commit");
    if (at.isPresent() && !at.get().equals(commit)) {
      throw HubHttp.lie(
          what,
          "asked for commit %s, it answers with %s".formatted(commit, HubHttp.plain(at.get())));
    }
  }

  private void checkRange(HubAnswer answer, long offset) {
    String range = answer.header("Content-Range").orElse("");
    Matcher matcher = CONTENT_RANGE.matcher(range);
    if (!matcher.matches()
        || Long.parseLong(matcher.group(1)) != offset
        || Long.parseLong(matcher.group(2)) != file.size() - 1
        || !(matcher.group(3).equals("*") || Long.parseLong(matcher.group(3)) == file.size())) {
      throw HubHttp.lie(
          what,
          "asked for bytes %d-%d of %d, it sends '%s'"
              .formatted(offset, file.size() - 1, file.size(), HubHttp.plain(range)));
    }
  }

  private void checkLength(HubAnswer answer, long expected) {
    Optional<String> length = answer.header("Content-Length");
    if (length.isPresent() && !length.get().equals(Long.toString(expected))) {
      throw HubHttp.lie(
          what, "it sends %s bytes where %d are left".formatted(length.get(), expected));
    }
  }

  private void receive(HubAnswer answer, long offset) throws IOException, InterruptedException {
    long at = offset;
    try (FileChannel out = openPart()) {
      for (List<ByteBuffer> piece = answer.body().next();
          piece != null;
          piece = answer.body().next()) {
        long bytes = piece.stream().mapToLong(ByteBuffer::remaining).sum();
        if (at + bytes > file.size()) {
          throw HubHttp.lie(what, "it sends more than the %d bytes listed".formatted(file.size()));
        }
        write(out, piece);
        at += bytes;
        lines.moved(bytes);
      }
    }
    if (at < file.size()) {
      throw new IOException("the answer ended after %d of %d bytes".formatted(at, file.size()));
    }
  }

  private void restart(long offset) throws InterruptedException {
    if (++restarts > MOST_RESTARTS) {
      throw HubHttp.lie(what, "its content changes whenever it is asked for the rest");
    }
    lines.event(file.path() + ": its content at the server changed; beginning again");
    lines.had(-offset);
    discard();
  }

  private URI address() {
    StringBuilder path = new StringBuilder("/" + repository.id() + "/resolve/" + commit);
    for (String segment : file.path().split("/", -1)) {
      path.append('/').append(UrlSegment.escape(segment));
    }
    return http.access().at(path.toString());
  }

  // Errors of the local disk are nothing that asking the server again could cure: they end the
  // pull, which an IOException would not.

  private interface Disk<T> {
    T use() throws IOException;
  }

  private <T> T disk(Disk<T> work) throws InterruptedException {
    try {
      return work.use();
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      throw new InterruptedException();
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "%s: cannot write %s: %s".formatted(what, part, e.getMessage()),
          Map.of("file", part.toString()),
          e);
    }
  }

  private long partBytes() throws InterruptedException {
    return disk(() -> Files.exists(part) ? Files.size(part) : 0L);
  }

  private void create() throws InterruptedException {
    disk(
        () -> {
          if (!Files.exists(part)) {
            Files.createFile(part);
          }
          return null;
        });
  }

  private FileChannel openPart() throws InterruptedException {
    return disk(
        () ->
            FileChannel.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND));
  }

  private void write(FileChannel out, List<ByteBuffer> piece) throws InterruptedException {
    disk(
        () -> {
          for (ByteBuffer buffer : piece) {
            while (buffer.hasRemaining()) {
              out.write(buffer);
            }
          }
          return null;
        });
  }

  private void discard() throws InterruptedException {
    disk(
        () -> {
          Files.deleteIfExists(part);
          Files.deleteIfExists(tag);
          return null;
        });
  }

  private void keep() throws InterruptedException {
    disk(
        () -> {
          try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE)) {
            out.force(true);
          }
          Files.createDirectories(done.getParent());
          Files.move(
              part, done, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
          Files.deleteIfExists(tag);
          return null;
        });
  }

  private Optional<String> readTag() throws InterruptedException {
    return disk(
        () ->
            Files.exists(tag)
                ? Optional.of(Files.readString(tag, StandardCharsets.ISO_8859_1))
                : Optional.empty());
  }

  private void writeTag(Optional<String> value) throws InterruptedException {
    disk(
        () -> {
          if (value.isPresent()) {
            Files.writeString(tag, value.get(), StandardCharsets.ISO_8859_1);
          } else {
            Files.deleteIfExists(tag);
          }
          return null;
        });
  }
}
