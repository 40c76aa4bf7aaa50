package com.auterity.neuroweaver.datasets.store;

/** What the manifest says of one chunk. {@code sha256} is hex of the stored (compressed) bytes. */
public record ChunkInfo(int partition, int sequence, long rows, long bytes, String sha256) {}
