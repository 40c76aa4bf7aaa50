package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.ColumnSpec;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.KitDatasetOffer;
import com.auterity.neuroweaver.client.KitLoadRequest;
import com.auterity.neuroweaver.client.KitOffer;
import com.auterity.neuroweaver.client.Page;
import com.auterity.neuroweaver.datasets.automotive.Kit;
import com.auterity.neuroweaver.datasets.automotive.KitDataset;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kits over HTTP: what they offer, and loading of it. */
final class KitResource {
  private static final long SEED = 1;
  private static final int SAMPLE_ROWS = 3;
  private static final int MOST_SAMPLE_ROWS = 100;

  private final Jobs jobs;
  private final JsonMapper mapper;

  KitResource(Jobs jobs, JsonMapper mapper) {
    this.jobs = jobs;
    this.mapper = mapper;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.page(
                "/kits/browse",
                "The kits: their datasets with columns, rows on offer and sample rows.",
                KitOffer.class,
                this::browse)
            .paged()
            .query("kit", Route.Query.Type.STRING, "Only this kit.")
            .query(
                "sample_rows",
                Route.Query.Type.INTEGER,
                "So many sample rows of each dataset, 0 to 100; 3 when left out."),
        Route.post(
            "/kits/{kit}/datasets/{dataset}/load",
            "Make a dataset of a kit as a new dataset version.",
            KitLoadRequest.class,
            Job.class,
            202,
            this::load));
  }

  private Page<KitOffer> browse(Call call) {
    String name = call.query("kit");
    List<Kit> kits = name == null ? Kit.all() : List.of(Kit.get(name));
    int samples = (int) call.number("sample_rows", SAMPLE_ROWS, 0, MOST_SAMPLE_ROWS);
    List<KitOffer> page =
        kits.stream()
            .skip(call.offset())
            .limit(call.limit())
            .map(
                kit ->
                    new KitOffer(
                        kit.name(),
                        kit.summary(),
                        kit.datasets().stream().map(d -> offer(d, samples)).toList()))
            .toList();
    return Page.of(page, kits.size(), call.limit(), call.offset());
  }

  private static KitDatasetOffer offer(KitDataset dataset, int samples) {
    List<ColumnSpec> columns =
        dataset.schema().columns().stream().map(DatasetResource::column).toList();
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Row row : dataset.first(SEED, samples)) {
      Map<String, Object> named = new LinkedHashMap<>();
      for (int i = 0; i < row.size(); i++) {
        named.put(columns.get(i).name(), row.get(i));
      }
      rows.add(named);
    }
    return new KitDatasetOffer(dataset.name(), dataset.summary(), dataset.rows(), columns, rows);
  }

  private Job load(Call call, KitLoadRequest body) {
    ObjectNode parameters = mapper.valueToTree(body);
    parameters.put("kit", call.path("kit")).put("dataset", call.path("dataset"));
    return jobs.submit(call.tenant(), "load_kit", parameters, call.idempotencyKey(), null);
  }
}
