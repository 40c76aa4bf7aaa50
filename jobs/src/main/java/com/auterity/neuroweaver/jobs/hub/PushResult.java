package com.auterity.neuroweaver.jobs.hub;

/**
 * What a push did.
 *
 * @param commit the repository's head that holds the files; the one before if nothing had changed
 * @param committed files in the new commit, 0 if nothing had changed
 * @param unchanged files the repository held already
 * @param bytesSent of large files; those the server's storage held were not sent
 */
public record PushResult(String commit, int committed, int unchanged, long bytesSent) {}
