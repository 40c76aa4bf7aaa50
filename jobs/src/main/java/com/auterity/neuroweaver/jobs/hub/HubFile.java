package com.auterity.neuroweaver.jobs.hub;

/**
 * A file as the hub lists it.
 *
 * @param path below the repository's root, with slashes
 * @param size in bytes
 * @param hex its hash in lower case
 */
record HubFile(String path, long size, ContentHash hash, String hex) {}
