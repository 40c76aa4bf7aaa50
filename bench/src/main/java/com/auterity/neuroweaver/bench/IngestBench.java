package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.bench.SourceFiles.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A file into persistent partitions kept twice on two local nodes, beside a rewrite of it. */
final class IngestBench implements Bench {
  private static final long SEED = 1;

  /** After so much the nodes' code is compiled, as it is in a node that has run for a while. */
  private static final int WARM_MEBIBYTES = 512;

  @Override
  public String name() {
    return "ingest";
  }

  @Override
  public String summary() {
    return "a file of repair orders into two local nodes, both copies, beside DuckDB";
  }

  @Override
  public boolean hasSource() {
    return true;
  }

  @Override
  public List<BenchCase> cases() {
    return List.of(new Ingest(true), new Ingest(false));
  }

  private record Ingest(boolean csv) implements BenchCase {
    @Override
    public String name() {
      return csv ? "csv" : "parquet";
    }

    @Override
    public String unit() {
      return "MB/s of source";
    }

    @Override
    public Outcome measure(BenchRun run) throws InterruptedException {
      int cores = Runtime.getRuntime().availableProcessors();
      Path folder = run.home().toAbsolutePath().resolve("var").resolve("bench").resolve("ingest");
      SourceFiles files = new SourceFiles(folder, SEED, cores);
      run.say("  source of %d MB (made once, kept in %s)", run.megabytes(), folder);
      Source source = source(files, run.megabytes());
      Source quarter = source(files, Math.max(1, run.megabytes() / 4));
      Source warm = source(files, Math.min(WARM_MEBIBYTES, run.megabytes()));
      OurIngest ours = new OurIngest(run.home().toAbsolutePath(), folder.resolve("grid"));
      List<OurIngest.Turn> turns = new ArrayList<>();
      Rounds.Turn ourTurn =
          () -> {
            OurIngest.Turn turn = ours.turn(source, warm, csv);
            turns.add(turn);
            double rate = source.megabytes() / turn.loadSeconds();
            run.say(
                "  ours %.1f MB/s (%.1f s), scanned in %.1f s, peak %s MB",
                rate, turn.loadSeconds(), turn.scanSeconds(), rounded(turn.peakMegabytes()));
            return rate;
          };
      Map<String, Object> details = new LinkedHashMap<>();
      details.put("source_megabytes", source.megabytes());
      details.put("rows", source.rows());
      details.put("warm_up_megabytes", warm.megabytes());
      details.put("node_settings", OurIngest.SETTINGS);
      String classpath = null;
      String failure = null;
      try {
        classpath = new PeerProject(run.home(), "duckdb").classpath(run::say);
      } catch (PeerException e) {
        failure = e.getMessage();
      }
      List<Samples> samples = null;
      if (failure == null) {
        try (DuckDb peer = new DuckDb(classpath, folder, cores)) {
          DuckDb.Settings best = best(run, peer, source, details);
          samples =
              Rounds.alternate(
                  run.rounds(), List.of(ourTurn, () -> peerTurn(run, peer, source, best)));
        } catch (PeerException e) {
          failure = e.getMessage();
          turns.clear();
        }
      }
      if (samples == null) {
        samples = Rounds.alternate(run.rounds(), List.of(ourTurn));
      }
      addFiles(run, source, folder.resolve("files"), cores, details);
      Source least = source(files, Math.max(1, run.megabytes() / 16));
      addMemory(run, ours, least, quarter, source, turns, details);
      addRates(source, turns, details);
      return failure == null
          ? Outcome.beside(samples.get(0), DuckDb.NAME, samples.get(1), details)
          : Outcome.peerFailed(samples.get(0), DuckDb.NAME, failure, details);
    }

    private Source source(SourceFiles files, int mebibytes) throws InterruptedException {
      return csv ? files.csv(mebibytes) : files.parquet(mebibytes);
    }

    /** Each way of writing once; the first look at the file warms the page cache. */
    private DuckDb.Settings best(
        BenchRun run, DuckDb peer, Source source, Map<String, Object> details)
        throws InterruptedException {
      peer.rewrite(source, csv, DuckDb.SETTINGS.get(0));
      DuckDb.Settings best = null;
      double least = Double.MAX_VALUE;
      List<Map<String, Object>> tried = new ArrayList<>();
      for (DuckDb.Settings settings : DuckDb.SETTINGS) {
        double seconds = peer.rewrite(source, csv, settings).seconds();
        tried.add(Map.of("settings", settings, "seconds", seconds));
        run.say("  DuckDB with %s: %.2f s", settings, seconds);
        if (seconds < least) {
          least = seconds;
          best = settings;
        }
      }
      details.put("duckdb_settings", best);
      details.put("duckdb_tried", tried);
      return best;
    }

    private double peerTurn(BenchRun run, DuckDb peer, Source source, DuckDb.Settings settings)
        throws InterruptedException {
      DuckDb.Rewritten rewritten = peer.rewrite(source, csv, settings);
      double rate = source.megabytes() / rewritten.seconds();
      run.say("  DuckDB %.1f MB/s (%.2f s)", rate, rewritten.seconds());
      return rate;
    }

    /** What the same load takes without a grid; the first time warms. */
    private void addFiles(
        BenchRun run, Source source, Path folder, int cores, Map<String, Object> details)
        throws InterruptedException {
      ChunkFiles.seconds(source, csv, folder, cores);
      double[] rates = new double[run.rounds()];
      for (int round = 0; round < rates.length; round++) {
        rates[round] = source.megabytes() / ChunkFiles.seconds(source, csv, folder, cores);
      }
      Samples samples = new Samples(rates);
      run.say(
          "  the same chunks as files in two folders, without a grid: %.1f MB/s", samples.median());
      details.put("chunk_files_megabytes_per_second", samples);
    }

    /** The nodes' peak at a quarter of the size beside that at the whole. */
    private void addMemory(
        BenchRun run,
        OurIngest ours,
        Source warm,
        Source quarter,
        Source source,
        List<OurIngest.Turn> turns,
        Map<String, Object> details)
        throws InterruptedException {
      List<Double> small = ours.turn(quarter, warm, csv).peakMegabytes();
      List<Double> whole =
          turns.stream()
              .map(OurIngest.Turn::peakMegabytes)
              .max(Comparator.comparingDouble(IngestBench::sum))
              .orElseThrow();
      run.say("  peak at %.0f MB of source: %s MB", quarter.megabytes(), rounded(small));
      details.put(
          "peak_memory",
          List.of(
              Map.of("source_megabytes", quarter.megabytes(), "nodes_megabytes", small),
              Map.of("source_megabytes", source.megabytes(), "nodes_megabytes", whole)));
    }

    private static void addRates(
        Source source, List<OurIngest.Turn> turns, Map<String, Object> details) {
      double stored = turns.get(0).storedBytes() / 1e6;
      double storedRate =
          median(turns, turn -> OurIngest.COPIES * turn.storedBytes() / 1e6 / turn.loadSeconds());
      double scanStored = median(turns, turn -> turn.storedBytes() / 1e6 / turn.scanSeconds());
      double scanSource = median(turns, turn -> source.megabytes() / turn.scanSeconds());
      details.put("stored_megabytes", stored);
      details.put("stored_megabytes_per_second", storedRate);
      details.put("scanned_stored_megabytes_per_second", scanStored);
      details.put("scanned_source_megabytes_per_second", scanSource);
      details.put(
          Report.REMARK,
          ("%.0f MB of source are %.0f MB of chunks, kept twice: stored %.0f MB/s (both copies),"
                  + " scanned back %.0f MB/s of chunks, %.0f MB/s of source")
              .formatted(source.megabytes(), stored, storedRate, scanStored, scanSource));
    }

    private static double median(
        List<OurIngest.Turn> turns, ToDoubleFunction<OurIngest.Turn> rate) {
      return new Samples(turns.stream().mapToDouble(rate).toArray()).median();
    }
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  private static List<Long> rounded(List<Double> values) {
    return values.stream().map(Math::round).toList();
  }
}
