package com.auterity.neuroweaver.client;

/** Asks for a dataset to be shown as an SQL table of this name. */
public record PublishRequest(String table) {}
