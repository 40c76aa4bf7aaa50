package com.auterity.neuroweaver.client;

/** Asks for versions to be disposed of; {@code dryRun} only says which. */
public record RetireRequest(Boolean dryRun) {}
