package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.store.Manifest;
import java.util.List;
import java.util.Map;

/** What a finished load is before its manifest is committed. */
record Loaded(
    Manifest manifest, Map<String, Long> rejected, List<RejectedRows.Rejection> firstRejected) {}
