package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Bill;
import com.auterity.neuroweaver.client.JobCost;
import com.auterity.neuroweaver.client.JobState;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What this node measures, as Prometheus text: requests, jobs by state, usage, and the JVM. */
final class Metrics {
  private final CollectorRegistry registry = new CollectorRegistry(true);
  private final Counter requests =
      Counter.build("neuroweaver_http_requests", "Requests answered by this node.")
          .labelNames("method", "route", "status")
          .register(registry);
  private final Histogram latency =
      Histogram.build("neuroweaver_http_request_seconds", "Time to answer a request.")
          .labelNames("method", "route")
          .buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)
          .register(registry);

  Metrics(Jobs jobs, Bills bills, Care care) {
    new GridCollector(jobs, bills, care).register(registry);
    DefaultExports.register(registry);
  }

  void answered(String method, String route, int status, double millis) {
    requests.labels(method, route, Integer.toString(status)).inc();
    latency.labels(method, route).observe(millis / 1000);
  }

  Route<Void, Route.Raw> route() {
    return Route.raw(
        "/metrics", "Prometheus text.", TextFormat.CONTENT_TYPE_004, call -> new Route.Raw(text()));
  }

  private byte[] text() {
    StringWriter writer = new StringWriter();
    try {
      TextFormat.write004(writer, registry.metricFamilySamples());
    } catch (IOException e) {
      throw new UncheckedIOException("a string writer does not fail", e);
    }
    return writer.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Asks the grid at each scrape. */
  private static final class GridCollector extends Collector implements Collector.Describable {
    private final Jobs jobs;
    private final Bills bills;
    private final Care care;

    GridCollector(Jobs jobs, Bills bills, Care care) {
      this.jobs = jobs;
      this.bills = bills;
      this.care = care;
    }

    /** Nothing: registering must not ask the grid. */
    @Override
    public List<MetricFamilySamples> describe() {
      return List.of();
    }

    @Override
    public List<MetricFamilySamples> collect() {
      List<MetricFamilySamples> families = new ArrayList<>();
      GaugeMetricFamily states =
          new GaugeMetricFamily("neuroweaver_jobs", "Jobs of the grid by state.", List.of("state"));
      Map<JobState, Long> counts = jobs.countByState();
      for (JobState state : JobState.values()) {
        states.addMetric(
            List.of(state.name().toLowerCase(Locale.ROOT)), counts.getOrDefault(state, 0L));
      }
      families.add(states);
      Bill bill = bills.of("default", null);
      families.add(
          counter(
              "neuroweaver_tokens_in",
              "Tokens read by models of the grid.",
              bill.byJob().stream().mapToDouble(JobCost::tokensIn).sum()));
      families.add(
          counter(
              "neuroweaver_tokens_out",
              "Tokens written by models of the grid.",
              bill.byJob().stream().mapToDouble(JobCost::tokensOut).sum()));
      families.add(counter("neuroweaver_cost_usd", "Cost of all usage so far.", bill.totalUsd()));
      CounterMetricFamily repairs =
          new CounterMetricFamily(
              "neuroweaver_chunk_repairs",
              "Chunks found damaged, by outcome: repaired from another copy, or lost.",
              List.of("outcome"));
      Map<String, Long> outcomes = new TreeMap<>(Map.of("REPAIRED", 0L, "LOST", 0L));
      care.repairs("default").forEach(repair -> outcomes.merge(repair.outcome(), 1L, Long::sum));
      outcomes.forEach(
          (outcome, count) -> repairs.addMetric(List.of(outcome.toLowerCase(Locale.ROOT)), count));
      families.add(repairs);
      return families;
    }

    private static CounterMetricFamily counter(String name, String help, double value) {
      return new CounterMetricFamily(name, help, value);
    }
  }
}
