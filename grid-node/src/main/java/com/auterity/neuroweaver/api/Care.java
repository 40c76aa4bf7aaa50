package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.ChunkRepairReport;
import com.auterity.neuroweaver.client.EraseRequest;
import com.auterity.neuroweaver.client.Retention;
import com.auterity.neuroweaver.client.RetentionRequest;
import com.auterity.neuroweaver.client.SnapshotInfo;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Care of data: retention, erasure, repairs, snapshots. */
public interface Care {
  /** The retention of a dataset; NOT_FOUND when it has none. */
  Retention retention(Manifest dataset);

  /** Sets how long versions are kept. */
  Retention setRetention(Manifest dataset, RetentionRequest request);

  /** Removes the retention: everything is kept from now on. */
  void keepEverything(Manifest dataset);

  /** Parameters of an erase job, the subject's key as hashes. */
  ObjectNode eraseParameters(Manifest dataset, EraseRequest request);

  /** Damaged chunks that were found, newest first. */
  List<ChunkRepairReport> repairs(String tenant);

  /** Snapshots of which the node has a part, oldest first. */
  List<SnapshotInfo> snapshots();
}
