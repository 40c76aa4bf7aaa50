package com.auterity.neuroweaver.jobs.grid;

/**
 * A live server node.
 *
 * @param name its consistent id, stable over restarts
 * @param numericsProfile device, oneDNN version, instruction set, JDK feature release, precision;
 *     only nodes of equal profile compute one training job
 * @param workers how many compute threads it offers
 */
public record GridNode(String name, String numericsProfile, int workers) {}
