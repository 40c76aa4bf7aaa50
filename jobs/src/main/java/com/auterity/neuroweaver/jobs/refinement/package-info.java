/** Recipe stages that make a cleaner dataset version of a dataset, where its partitions lie. */
package com.auterity.neuroweaver.jobs.refinement;
