package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.format.BatchSource;
import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.store.PartitionWriter;
import java.util.List;
import java.util.Map;

/**
 * How far a load is: what is stored of each partition, and from where the file has to be read again
 * because not all of it is.
 *
 * @param fileBytes size of the files, which have to be the same when the load goes on
 * @param fileModified milliseconds since 1970, the latest
 * @param newest version of the dataset whose schema this one goes on with, or null
 * @param rejectBytes of the reject file's draft, for the rows before {@code resumeAt}
 * @param rejected of the rows before {@code resumeAt}
 */
record LoadUnderWay(
    long fileBytes,
    long fileModified,
    String newest,
    long rejectBytes,
    BatchSource.Position resumeAt,
    Map<String, Long> rejected,
    List<RejectedRows.Rejection> firstRejected,
    List<PartitionWriter.Stored> partitions) {}
