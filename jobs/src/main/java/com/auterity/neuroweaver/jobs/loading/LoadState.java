package com.auterity.neuroweaver.jobs.loading;

/** What a load commits on its job: one of the two, or neither when it begins again. */
record LoadState(LoadUnderWay underWay, Loaded loaded) {}
