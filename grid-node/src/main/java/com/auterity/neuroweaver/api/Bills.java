package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Bill;

/** Measured usage times prices. */
@FunctionalInterface
public interface Bills {
  /** The bill of one job and its children, or of everything when {@code jobId} is null. */
  Bill of(String tenant, String jobId);
}
