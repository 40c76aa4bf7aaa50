package com.auterity.neuroweaver.client;

/** A column: its name, physical type and what it means to a dealership. */
public record ColumnSpec(String name, String type, String semantic, Boolean nullable) {}
