/** Files into rows and rows into files: CSV, tab-separated, JSON Lines and Parquet. */
package com.auterity.neuroweaver.datasets.format;
