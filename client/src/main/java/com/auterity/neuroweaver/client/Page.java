package com.auterity.neuroweaver.client;

import java.util.List;

/** One page of a list, with the number of all things in it. */
public record Page<T>(List<T> data, PageMeta meta) {
  public Page {
    data = data == null ? List.of() : List.copyOf(data);
  }

  public static <T> Page<T> of(List<T> data, long total, int limit, long offset) {
    return new Page<>(data, new PageMeta(total, limit, offset));
  }
}
