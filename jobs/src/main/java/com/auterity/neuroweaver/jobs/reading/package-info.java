/** Reads committed datasets where they lie: rows that are wanted, versions side by side. */
package com.auterity.neuroweaver.jobs.reading;
