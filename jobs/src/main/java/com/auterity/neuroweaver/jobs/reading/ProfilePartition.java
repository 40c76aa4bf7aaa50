package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.DatasetProfile;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.KeptProfile;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.Iterator;
import java.util.Optional;

/** Profiles one partition where it lies, unless its profile is kept. */
public final class ProfilePartition
    implements GridFunction<ProfilePartition.Question, ProfilePartition.Answer> {

  /** Which partition. */
  public record Question(String tenant, String versionId, int partition) {}

  /**
   * @param profile a {@link DatasetProfile}
   * @param kept whether it was taken before
   */
  public record Answer(byte[] profile, boolean kept) {}

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
    Manifest version = node.datasets().get(question.tenant(), question.versionId());
    Optional<DatasetProfile> kept = KeptProfile.get(node.chunks(), version, question.partition());
    if (kept.isPresent()) {
      return new Answer(kept.get().toBytes(), true);
    }
    DatasetProfile profile = DatasetProfile.of(version.schema());
    Iterator<Row> rows =
        new DatasetReader(node.datasets(), node.chunks())
            .partitionRows(version, question.partition());
    rows.forEachRemaining(profile::add);
    KeptProfile.put(node.chunks(), version, question.partition(), profile);
    return new Answer(profile.toBytes(), false);
  }
}
