package com.auterity.neuroweaver.jobs.training;

/** How the learning rate goes on after the warm-up. */
public enum LrScheduler {
  /** Half a cosine down to zero. */
  COSINE,
  /** A straight line down to zero. */
  LINEAR,
  CONSTANT
}
