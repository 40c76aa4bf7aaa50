package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Nodes that hold the partitions in turn and answer after a drawn while. */
final class ScatteredGrid extends LocalGrid {
  private static final int MOST_MILLIS = 20;

  final Set<String> nodesCalled = new HashSet<>();
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
  private final SplittableRandom random = new SplittableRandom(9);
  private final int count;

  ScatteredGrid(DatasetCatalog catalog, ChunkStore chunks, int count) {
    super(catalog, chunks);
    this.count = count;
  }

  @Override
  public List<GridNode> nodes() {
    return IntStream.range(0, count).mapToObj(n -> new GridNode("n" + n, "test", 2)).toList();
  }

  @Override
  public List<String> owners(int partition) {
    return List.of("n" + partition % count);
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> call(
      String node, Class<? extends GridFunction<I, O>> function, I input) {
    nodesCalled.add(node);
    CompletableFuture<O> late = new CompletableFuture<>();
    clock.schedule(
        () ->
            super.call(node, function, input)
                .whenComplete(
                    (output, error) -> {
                      if (error == null) {
                        late.complete(output);
                      } else {
                        late.completeExceptionally(new CompletionException(error));
                      }
                    }),
        random.nextInt(MOST_MILLIS),
        TimeUnit.MILLISECONDS);
    return late;
  }

  @Override
  public void close() {
    clock.shutdownNow();
    super.close();
  }
}
