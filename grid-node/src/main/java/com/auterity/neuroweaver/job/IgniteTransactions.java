package com.auterity.neuroweaver.job;

import java.util.function.Supplier;
import org.apache.ignite.Ignite;
import org.apache.ignite.internal.util.typedef.X;
import org.apache.ignite.transactions.Transaction;
import org.apache.ignite.transactions.TransactionConcurrency;
import org.apache.ignite.transactions.TransactionException;
import org.apache.ignite.transactions.TransactionIsolation;
import org.apache.ignite.transactions.TransactionOptimisticException;

/** Optimistic serializable transactions: what was read is compared when the whole is set. */
final class IgniteTransactions implements Atomically {
  private final Ignite ignite;

  IgniteTransactions(Ignite ignite) {
    this.ignite = ignite;
  }

  @Override
  public <T> T run(Supplier<T> work) {
    while (true) {
      try (Transaction transaction =
          ignite
              .transactions()
              .txStart(TransactionConcurrency.OPTIMISTIC, TransactionIsolation.SERIALIZABLE)) {
        T result = work.get();
        transaction.commit();
        return result;
      } catch (TransactionException | javax.cache.CacheException e) {
        // Somebody else wrote between our read and our commit: read again.
        if (!X.hasCause(e, TransactionOptimisticException.class)) {
          throw e;
        }
      }
    }
  }
}
