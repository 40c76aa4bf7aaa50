/** Durable jobs: their state machine, their coordinator, and calls to the grid's nodes. */
package com.auterity.neuroweaver.job;
