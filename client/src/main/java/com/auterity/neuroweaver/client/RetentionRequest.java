package com.auterity.neuroweaver.client;

/**
 * Sets how long versions of a dataset are kept: at least one of the first two, or the third alone.
 */
public record RetentionRequest(Integer keepDays, Integer keepVersions, Boolean keepEverything) {}
