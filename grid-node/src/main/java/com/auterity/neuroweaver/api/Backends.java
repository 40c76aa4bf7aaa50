package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Everything the API translates for.
 *
 * @param owners names of the nodes that hold a partition, primary first
 */
public record Backends(
    Jobs jobs,
    Workflows workflows,
    DatasetCatalog datasets,
    DatasetRows rows,
    IntFunction<List<String>> owners,
    Models models,
    Bills bills,
    Care care,
    NodeFacts node,
    DatasetAccess access) {}
