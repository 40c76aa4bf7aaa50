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
 * Answers by the whole request, kept on the grid beside the dataset whose rows were asked about:
 * one asked before is not asked again, by whatever job on that dataset. What is no answer (a
 * refusal, a page of a proxy) is kept for the job alone, so that another run asks anew.
 */
public final class AnswerCache {
  private static final long MOST_BYTES = 64L << 20;

  private final BlobStore blobs;
  private final String datasetId;
  private final String jobId;
  private boolean marked;

  AnswerCache(BlobStore blobs, String datasetId, String jobId) {
    this.blobs = blobs;
    this.datasetId = datasetId;
    this.jobId = jobId;
  }

  /** Removes all answers about a dataset's rows: they are asked for again where they are wanted. */
  public static void forget(BlobStore blobs, String datasetId) {
    if (blobs.contains(marker(datasetId))) {
      blobs.removeAll(prefix(datasetId));
      blobs.remove(marker(datasetId));
    }
  }

  /** There while a dataset may have answers, so that nobody looks for some where there are none. */
  private static String marker(String datasetId) {
    return "answers-" + datasetId;
  }

  private static String prefix(String datasetId) {
    return "answer-" + datasetId + "-";
  }

  Optional<ChatAnswer> find(String request) {
    Optional<ChatAnswer> found = read(address(request));
    return found.isPresent() ? found : read(jobAddress(request));
  }

  void keep(String request, ChatAnswer answer) {
    mark();
    write(
        answer.reason() == null ? address(request) : jobAddress(request),
        RecordCodec.encode(answer));
  }

  private synchronized void mark() {
    if (!marked && !blobs.contains(marker(datasetId))) {
      write(marker(datasetId), new byte[0]);
    }
    marked = true;
  }

  private void write(String address, byte[] bytes) {
    try (BlobOutput out = blobs.write(address, MOST_BYTES)) {
      out.write(bytes);
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
    return prefix(datasetId) + hash(request);
  }

  private String jobAddress(String request) {
    return prefix(datasetId) + hash(jobId + "\n" + request);
  }

  static String hash(String text) {
    return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
  }
}
