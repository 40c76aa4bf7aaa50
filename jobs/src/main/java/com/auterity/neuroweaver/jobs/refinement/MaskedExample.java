package com.auterity.neuroweaver.jobs.refinement;

/**
 * A masked piece with what stands around it, as it is after masking: never the raw value.
 *
 * @param ordinal of the row in its source
 */
record MaskedExample(String kind, String column, String action, long ordinal, String text) {}
