package com.auterity.neuroweaver.upload;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.BlobOutput;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.Sha256;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.job.JobService;
import com.auterity.neuroweaver.job.JobView;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.uuid.UuidCreator;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Takes files that are sent: their bytes go piece by piece into a blob of their own, then a load
 * job reads it on whichever node coordinates, and drops it. What breaks off leaves nothing.
 */
public final class Uploads {
  private final RecordTable<UploadRow> uploads;
  private final BlobStore blobs;
  private final JobService jobs;
  private final String nodeSession;
  private final Supplier<Set<String>> liveSessions;
  private final long mostBytes;
  private final Clock clock;

  /**
   * @param nodeSession names this start of this node
   * @param liveSessions the starts of all nodes in the grid now
   */
  public Uploads(
      RecordTable<UploadRow> uploads,
      BlobStore blobs,
      JobService jobs,
      String nodeSession,
      Supplier<Set<String>> liveSessions,
      long mostBytes,
      Clock clock) {
    this.uploads = uploads;
    this.blobs = blobs;
    this.jobs = jobs;
    this.nodeSession = nodeSession;
    this.liveSessions = liveSessions;
    this.mostBytes = mostBytes;
    this.clock = clock;
  }

  /** Writes the bytes of a file. */
  @FunctionalInterface
  public interface Content {
    void to(OutputStream out) throws IOException;
  }

  /** So many bytes are taken. */
  public long mostBytes() {
    return mostBytes;
  }

  /**
   * Takes a file and submits the job that loads it; returns the job's id.
   *
   * @param file its name, for messages; no path
   * @param parameters of the load, without the file
   * @param idempotencyKey null, or a key for which the same file gives the same job again
   * @throws NeuroWeaverException CONFLICT when the key stands for other bytes or parameters
   * @throws IOException when the bytes break off
   */
  public String load(
      String tenant, String file, ObjectNode parameters, String idempotencyKey, Content content)
      throws IOException {
    checkFileName(file);
    Optional<JobView> first = withKey(tenant, idempotencyKey);
    if (first.isPresent()) {
      return again(first.get(), asked(parameters, file, sha256(content)), idempotencyKey);
    }
    String uploadId = "upload_" + UuidCreator.getTimeOrderedEpoch();
    ObjectNode asked = asked(parameters, file, "").put("upload", uploadId);
    jobs.validate(tenant, "load", asked.deepCopy().put("upload_sha256", "0"));
    UploadRow row =
        new UploadRow(
            tenant, uploadId, nodeSession, "", clock.instant().truncatedTo(ChronoUnit.MICROS));
    uploads.put(row);
    boolean submitted = false;
    try (BlobOutput out = blobs.write(uploadId, mostBytes)) {
      content.to(out);
      BlobOutput.Written written = out.finish();
      if (written.bytes() == 0) {
        throw NeuroWeaverException.invalid(file + " is empty: it has no byte");
      }
      asked.put("upload_sha256", written.sha256());
      String jobId = submit(tenant, asked, idempotencyKey);
      submitted = jobs.get(tenant, jobId).parameters().path("upload").asText().equals(uploadId);
      if (submitted) {
        uploads.put(new UploadRow(tenant, uploadId, nodeSession, jobId, row.createdAt()));
      }
      return jobId;
    } finally {
      if (!submitted) {
        drop(row);
      }
    }
  }

  private String submit(String tenant, ObjectNode asked, String idempotencyKey) {
    try {
      return jobs.submit(tenant, "load", asked, idempotencyKey, null);
    } catch (NeuroWeaverException e) {
      // Somebody sent the same key meanwhile; perhaps the same file.
      Optional<JobView> first =
          e.kind() == ErrorKind.CONFLICT ? withKey(tenant, idempotencyKey) : Optional.empty();
      return again(first.orElseThrow(() -> e), asked, idempotencyKey);
    }
  }

  private Optional<JobView> withKey(String tenant, String idempotencyKey) {
    return idempotencyKey == null
        ? Optional.empty()
        : jobs.withIdempotencyKey(tenant, idempotencyKey);
  }

  /** The first job with the key, if it was asked for the same but for where the bytes lay. */
  private static String again(JobView first, ObjectNode asked, String idempotencyKey) {
    ObjectNode before = first.parameters().deepCopy();
    ObjectNode now = asked.deepCopy();
    before.remove("upload");
    now.remove("upload");
    if (first.kind().equals("load") && before.equals(now)) {
      return first.jobId();
    }
    boolean otherBytes = !before.path("upload_sha256").equals(now.path("upload_sha256"));
    throw new NeuroWeaverException(
        ErrorKind.CONFLICT,
        "idempotency key "
            + idempotencyKey
            + " stands for job "
            + first.jobId()
            + ", which was asked for with other "
            + (otherBytes ? "bytes" : "parameters"),
        Map.of("job", first.jobId()));
  }

  private static ObjectNode asked(ObjectNode parameters, String file, String sha256) {
    return parameters.deepCopy().put("upload_file", file).put("upload_sha256", sha256);
  }

  /** Reads the bytes to their end and keeps none. */
  private String sha256(Content content) throws IOException {
    Bounded bounded = new Bounded(mostBytes);
    try (DigestOutputStream out = new DigestOutputStream(bounded, Sha256.digest())) {
      content.to(out);
      return HexFormat.of().formatHex(out.getMessageDigest().digest());
    }
  }

  private static final class Bounded extends OutputStream {
    private final long most;
    private long bytes;

    Bounded(long most) {
      this.most = most;
    }

    @Override
    public void write(int value) {
      add(1);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      add(length);
    }

    private void add(int length) {
      bytes += length;
      if (bytes > most) {
        throw BlobOutput.tooLarge(most);
      }
    }
  }

  private static void checkFileName(String file) {
    if (file.isBlank()
        || file.length() > 255
        || file.equals(".")
        || file.equals("..")
        || file.chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ')) {
      throw NeuroWeaverException.invalid(
          "file: \""
              + file
              + "\" is no file name: expected up to 255 characters without / and \\, such as"
              + " orders.csv");
    }
  }

  /** Removes what uploads left whose node or job is over; returns how many there were. */
  public int collectGarbage(String tenant) {
    Set<String> live = liveSessions.get();
    int removed = 0;
    for (UploadRow row : uploads.where(Map.of("tenant", tenant))) {
      if (isOver(tenant, row, live)) {
        drop(row);
        removed++;
      }
    }
    return removed;
  }

  private boolean isOver(String tenant, UploadRow row, Set<String> live) {
    if (!row.jobId().isEmpty()) {
      return jobs.find(tenant, row.jobId()).map(job -> job.state().isFinal()).orElse(true);
    }
    if (live.contains(row.nodeSession())) {
      return false;
    }
    // The node may have died between the job and our row.
    return jobs.list(tenant).stream()
        .filter(job -> job.parameters().path("upload").asText().equals(row.uploadId()))
        .allMatch(job -> job.state().isFinal());
  }

  private void drop(UploadRow row) {
    blobs.remove(row.uploadId());
    uploads.remove(row.tenant(), row.uploadId());
  }
}
