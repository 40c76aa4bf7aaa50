/** Tables of Java records kept in Ignite caches and visible to SQL in schema NEUROWEAVER. */
package com.auterity.neuroweaver.datasets.table;
