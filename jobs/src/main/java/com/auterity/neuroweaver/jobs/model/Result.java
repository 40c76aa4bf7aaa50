package com.auterity.neuroweaver.jobs.model;

/**
 * What a pass over a micro-batch measured: the sum (in nats, not the mean) of the targets' negative
 * log-likelihoods, how many targets there were, and how many tokens.
 */
public record Result(double lossSum, int targetTokens, int tokens) {}
