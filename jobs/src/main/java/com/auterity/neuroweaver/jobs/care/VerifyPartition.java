package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks a node's own copies of one partition's chunks against the manifest. */
public final class VerifyPartition
    implements GridFunction<VerifyPartition.Question, VerifyPartition.Answer> {

  /** Which partition. */
  public record Question(String tenant, String versionId, int partition) {}

  /** The chunks looked at, and the damaged ones with what is wrong. */
  public record Answer(int chunks, long bytes, List<Damage> damaged) {}

  /** A damaged copy. */
  public record Damage(ChunkInfo chunk, String problem) {}

  @Override
  public Class<Question> inputType() {
    return Question.class;
  }

  @Override
  public Class<Answer> outputType() {
    return Answer.class;
  }

  @Override
  public Answer apply(Question question, NodeContext node) {
    Manifest manifest = node.datasets().get(question.tenant(), question.versionId());
    List<Damage> damaged = new ArrayList<>();
    int chunks = 0;
    long bytes = 0;
    for (ChunkInfo chunk : manifest.chunksOf(question.partition())) {
      Optional<byte[]> copy = node.chunks().localCopy(manifest.key(chunk));
      String problem = chunk.problemOf(copy.orElse(null));
      if (problem != null) {
        damaged.add(new Damage(chunk, problem));
      }
      chunks++;
      bytes += copy.map(found -> (long) found.length).orElse(0L);
    }
    return new Answer(chunks, bytes, damaged);
  }
}
