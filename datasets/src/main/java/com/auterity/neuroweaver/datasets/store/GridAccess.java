package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Map;
import java.util.function.Supplier;
import javax.cache.CacheException;
import org.apache.ignite.IgniteException;

/** Access to a cache whose failures say what could not be reached, and that a retry may help. */
final class GridAccess {
  private GridAccess() {}

  /**
   * @param what for the message: {@code chunk default/dsv_1/3/0}
   * @throws NeuroWeaverException UNAVAILABLE when the cache cannot answer, for example because all
   *     nodes that held the partition are gone
   */
  static <T> T to(String what, Supplier<T> access) {
    try {
      return access.get();
    } catch (CacheException | IgniteException | IllegalStateException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          what + " is out of reach on this grid now: " + e.getMessage(),
          Map.of(),
          e);
    }
  }

  static void to(String what, Runnable access) {
    to(
        what,
        () -> {
          access.run();
          return null;
        });
  }
}
