package com.auterity.neuroweaver.client;

/** How many there are in all, and which part of them this page is. */
public record PageMeta(long total, int limit, long offset) {}
