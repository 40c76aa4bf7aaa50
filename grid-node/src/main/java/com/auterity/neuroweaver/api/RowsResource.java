package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.DatasetRowPage;
import com.auterity.neuroweaver.jobs.reading.RowPages;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Rows of datasets over HTTP: filtered, projected, page by page. */
final class RowsResource {
  private final Function<RowPages.Request, RowPages.Page> pages;

  RowsResource(Function<RowPages.Request, RowPages.Page> pages) {
    this.pages = pages;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.get(
                "/datasets/{dataset_id}/rows",
                "The rows a filter takes, in source order, page by page.",
                DatasetRowPage.class,
                this::page)
            .query(
                "where",
                Route.Query.Type.STRING,
                "A condition such as make = 'Honda' and year >= 2020; every row when left out.")
            .query(
                "columns",
                Route.Query.Type.STRING,
                "Names with commas between them, those with a comma in \"double quotes\"; every"
                    + " column when left out.")
            .query(
                "limit",
                Route.Query.Type.INTEGER,
                "At most so many rows, 1 to 1000; 50 when left out.")
            .query("cursor", Route.Query.Type.STRING, "The cursor of the page before."));
  }

  private DatasetRowPage page(Call call) {
    RowPages.Page page =
        pages.apply(
            new RowPages.Request(
                call.tenant(),
                call.path("dataset_id"),
                call.query("where"),
                names(call.query("columns")),
                call.limit(),
                call.query("cursor")));
    return new DatasetRowPage(
        page.manifest().datasetId(),
        page.manifest().versionId(),
        page.schema().names(),
        page.rows().stream().map(page.schema()::byName).toList(),
        page.cursor());
  }

  /** Names between commas; a quoted one may hold commas, and quotes as "". */
  static List<String> names(String text) {
    if (text == null) {
      return List.of();
    }
    return Arrays.stream(text.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1))
        .map(String::strip)
        .map(
            name ->
                name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")
                    ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
                    : name)
        .toList();
  }
}
