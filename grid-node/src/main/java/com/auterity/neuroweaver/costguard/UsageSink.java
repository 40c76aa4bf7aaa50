package com.auterity.neuroweaver.costguard;

import java.util.List;

/** Where measured usage goes; writing a row twice leaves one. */
public interface UsageSink {
  void write(List<UsageRow> rows);
}
