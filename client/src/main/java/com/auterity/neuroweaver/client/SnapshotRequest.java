package com.auterity.neuroweaver.client;

/** Asks for a snapshot of the whole grid under a name. */
public record SnapshotRequest(String name) {}
