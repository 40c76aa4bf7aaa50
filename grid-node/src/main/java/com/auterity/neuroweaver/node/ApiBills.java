package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.api.Bills;
import com.auterity.neuroweaver.api.Jobs;
import com.auterity.neuroweaver.client.Bill;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.costguard.Billing;
import java.util.ArrayList;
import java.util.List;

/** Bills of a job with all the jobs it submitted. */
record ApiBills(Billing billing, Jobs jobs) implements Bills {
  @Override
  public Bill of(String tenant, String jobId) {
    return billing.of(tenant, jobId == null ? null : family(tenant, jobId));
  }

  private List<String> family(String tenant, String jobId) {
    List<String> ids = new ArrayList<>();
    ids.add(jobs.get(tenant, jobId).jobId());
    for (int i = 0; i < ids.size(); i++) {
      jobs.children(tenant, ids.get(i)).stream().map(Job::jobId).forEach(ids::add);
    }
    return ids;
  }
}
