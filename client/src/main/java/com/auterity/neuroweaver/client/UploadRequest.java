package com.auterity.neuroweaver.client;

import java.util.List;

/**
 * Asks for a file that is sent to become a new version of a dataset. Every field but the name may
 * be null.
 *
 * @param format told from the file's name when null
 * @param evolve which differences to the newest version are allowed: add, drop, widen
 * @param key by which the grid knows this load again: a second one gives the first one's version
 * @param once whether the file's content is that key
 */
public record UploadRequest(
    String name,
    String format,
    String partitionBy,
    String delimiter,
    Boolean quote,
    Boolean header,
    String encoding,
    String records,
    List<String> select,
    Integer maxCell,
    List<String> evolve,
    String key,
    Boolean once) {
  public UploadRequest {
    select = select == null ? null : List.copyOf(select);
    evolve = evolve == null ? null : List.copyOf(evolve);
  }

  public static UploadRequest of(String name) {
    return new UploadRequest(
        name, null, null, null, null, null, null, null, null, null, null, null, null);
  }
}
