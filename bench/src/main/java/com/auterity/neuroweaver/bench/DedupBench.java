package com.auterity.neuroweaver.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Near duplicates among short documents, beside Spark MLlib at equal recall. */
final class DedupBench implements Bench {
  private static final long SEED = 1;
  private static final double THRESHOLD = 0.7;
  private static final int MOST_TABLES = 8;
  private static final int WARM_TURNS = 12;
  private static final int MILLION = 1_000_000;

  @Override
  public String name() {
    return "dedup";
  }

  @Override
  public String summary() {
    return "near duplicates among short documents with planted clusters, beside Spark MLlib";
  }

  @Override
  public boolean hasDocuments() {
    return true;
  }

  @Override
  public List<BenchCase> cases() {
    return List.of(new Dedup(true), new Dedup(false));
  }

  private record Dedup(boolean beside) implements BenchCase {
    @Override
    public String name() {
      return beside ? "beside-spark" : "million";
    }

    @Override
    public String unit() {
      return "documents/s";
    }

    @Override
    public Outcome measure(BenchRun run) throws InterruptedException {
      int count = beside ? run.documents() : MILLION;
      int cores = Math.min(2, Runtime.getRuntime().availableProcessors());
      DedupDocuments documents = new DedupDocuments(SEED, count);
      int[] similar = documents.similar(THRESHOLD);
      run.say("  %d documents, %d planted at %.2f or nearer", count, similar.length, THRESHOLD);
      Map<String, Object> details = new LinkedHashMap<>();
      details.put("documents", count);
      details.put("planted", similar.length);
      details.put("threshold", THRESHOLD);
      details.put("threads", cores);
      List<OurDedup.Turn> turns = new ArrayList<>();
      try (OurDedup ours = new OurDedup(documents, cores)) {
        Rounds.Turn ourTurn =
            () -> {
              OurDedup.Turn turn = ours.turn(THRESHOLD, SEED);
              turns.add(turn);
              run.say("  ours %.3f s", turn.seconds());
              return count / turn.seconds();
            };
        // Some before they count, so that compiled code is measured; Spark has its search for
        // tables.
        for (int i = 0; i < WARM_TURNS; i++) {
          ourTurn.measure();
        }
        double recall = documents.recall(turns.get(0).clusters(), similar);
        details.put("recall", recall);
        details.put("strangers", documents.strangers(turns.get(0).clusters()));
        details.put("report", turns.get(0).report().without("biggest"));
        run.say("  ours: recall %.4f", recall);
        if (!beside) {
          return Outcome.alone(
              Rounds.alternate(run.rounds(), List.of(ourTurn)).get(0),
              remarked(details, String.format(Locale.ROOT, "recall %.4f", recall)));
        }
        Path folder = run.home().toAbsolutePath().resolve("var").resolve("bench").resolve("dedup");
        try (SparkLsh spark =
            new SparkLsh(
                new PeerProject(run.home(), "spark").classpath(run::say),
                folder,
                documents,
                cores)) {
          int tables = tables(run, spark, documents, similar, recall, details);
          List<Samples> samples =
              Rounds.alternate(
                  run.rounds(),
                  List.of(
                      ourTurn,
                      () -> {
                        SparkLsh.Joined joined = spark.join(tables, THRESHOLD, SEED);
                        run.say("  Spark %.2f s", joined.seconds());
                        return count / joined.seconds();
                      }));
          return Outcome.beside(
              samples.get(0),
              SparkLsh.NAME,
              samples.get(1),
              remarked(
                  details,
                  String.format(
                      Locale.ROOT,
                      "recall %.4f, Spark's with %d tables %.4f",
                      recall,
                      tables,
                      (Double) details.get("spark_recall"))));
        } catch (PeerException e) {
          return Outcome.peerFailed(
              Rounds.alternate(run.rounds(), List.of(ourTurn)).get(0),
              SparkLsh.NAME,
              e.getMessage(),
              details);
        }
      }
    }

    /** The fewest tables with which Spark's recall is not below ours. */
    private static int tables(
        BenchRun run,
        SparkLsh spark,
        DedupDocuments documents,
        int[] similar,
        double ours,
        Map<String, Object> details)
        throws InterruptedException {
      List<Map<String, Object>> tried = new ArrayList<>();
      details.put("spark_tried", tried);
      for (int tables = 1; tables <= MOST_TABLES; tables++) {
        SparkLsh.Joined joined = spark.join(tables, THRESHOLD, SEED);
        double recall = documents.recall(joined.clusters(), similar);
        run.say("  Spark with %d tables: recall %.4f, %.2f s", tables, recall, joined.seconds());
        tried.add(Map.of("tables", tables, "recall", recall, "seconds", joined.seconds()));
        details.put("spark_tables", tables);
        details.put("spark_recall", recall);
        details.put("spark_strangers", documents.strangers(joined.clusters()));
        if (recall >= ours) {
          return tables;
        }
      }
      return MOST_TABLES;
    }

    private static Map<String, Object> remarked(Map<String, Object> details, String remark) {
      details.put(Report.REMARK, remark);
      return details;
    }
  }
}
