package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.regex.Pattern;

/** What a dataset may be called: a name is never taken for an id or for {@code name@version}. */
public final class DatasetNames {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  private DatasetNames() {}

  /**
   * @throws NeuroWeaverException INVALID_INPUT saying what would be right
   */
  public static void check(String name) {
    if (!NAME.matcher(name).matches() || name.startsWith("ds_") || name.startsWith("dsv_")) {
      throw NeuroWeaverException.invalid(
          "name: \""
              + name
              + "\" is no dataset name: use 1 to 128 letters, digits, '.', '_' or '-', beginning"
              + " with a letter or digit, and not with ds_ or dsv_");
    }
  }
}
