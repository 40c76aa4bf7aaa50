/** Jobs that bring files into the grid as datasets, and datasets out as files. */
package com.auterity.neuroweaver.jobs.loading;
