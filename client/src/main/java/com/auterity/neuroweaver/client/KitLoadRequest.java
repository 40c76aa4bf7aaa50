package com.auterity.neuroweaver.client;

/**
 * Asks for a dataset of a kit. All may be null: the dataset is called as in the kit, has the rows
 * on offer, and is of seed 1.
 */
public record KitLoadRequest(String name, Long rows, Long seed) {}
