package com.auterity.neuroweaver.jobs.model;

/**
 * One adapted linear map: y += scale * x A^T B^T.
 *
 * @param a rank x in
 * @param b out x rank
 */
record LoraMap(int layer, LinearKind kind, double alpha, float scale, Slice a, Slice b) {
  int rank() {
    return a.rows();
  }
}
