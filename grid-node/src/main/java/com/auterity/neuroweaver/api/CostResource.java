package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Bill;
import java.util.List;

/** Bills over HTTP. */
final class CostResource {
  private final Bills bills;

  CostResource(Bills bills) {
    this.bills = bills;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.get(
                "/costs",
                "What jobs used and what it costs.",
                Bill.class,
                call -> bills.of(call.tenant(), call.query("job_id")))
            .query(
                "job_id", Route.Query.Type.STRING, "Only this job or workflow and its children."));
  }
}
