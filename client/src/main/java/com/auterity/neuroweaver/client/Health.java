package com.auterity.neuroweaver.client;

/** Whether this node answers, and whether the grid is able to work. */
public record Health(String status, String node, String version) {}
