package com.auterity.neuroweaver.client;

/**
 * Asks what differs between two dataset versions.
 *
 * @param key column whose values name the rows; null compares columns and counts only
 * @param examples at most so many rows of each kind; 10 when null
 */
public record DiffRequest(String before, String after, String key, Integer examples) {}
