package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.BlobOutput;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.datasets.store.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Answers by the whole request, kept on the grid: one asked before is not asked again, by whatever
 * job of the tenant. What is no answer (a refusal, a page of a proxy) is kept for the job alone, so
 * that another run asks anew.
 */
final class AnswerCache {
  private static final long MOST_BYTES = 64L << 20;

  private final BlobStore blobs;
  private final String tenant;
  private final String jobId;

  AnswerCache(BlobStore blobs, String tenant, String jobId) {
    this.blobs = blobs;
    this.tenant = tenant;
    this.jobId = jobId;
  }

  Optional<ChatAnswer> find(String request) {
    Optional<ChatAnswer> found = read(address(request));
    return found.isPresent() ? found : read(jobAddress(request));
  }

  void keep(String request, ChatAnswer answer) {
    String address = answer.reason() == null ? address(request) : jobAddress(request);
    try (BlobOutput out = blobs.write(address, MOST_BYTES)) {
      out.write(RecordCodec.encode(answer));
      out.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What two nodes wrote at once may not fit together: then it is as if it was never asked. */
  private Optional<ChatAnswer> read(String address) {
    try {
      return Optional.of(RecordCodec.decode(blobs.get(address), ChatAnswer.class));
    } catch (NeuroWeaverException e) {
      if (e.kind() == ErrorKind.NOT_FOUND || e.kind() == ErrorKind.CORRUPT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private String address(String request) {
    return "answer-" + hash(tenant + "\n" + request);
  }

  private String jobAddress(String request) {
    return "answer-" + hash(tenant + "\n" + jobId + "\n" + request);
  }

  static String hash(String text) {
    return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
  }
}
