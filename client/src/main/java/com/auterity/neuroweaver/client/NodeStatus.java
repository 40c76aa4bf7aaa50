package com.auterity.neuroweaver.client;

/** A node of the grid. Addresses are null where the answering node does not know them. */
public record NodeStatus(String name, String numericsProfile, int workers) {}
