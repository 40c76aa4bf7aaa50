/** Which rows of a dataset somebody wants: an expression, checked against a schema. */
package com.auterity.neuroweaver.datasets.filter;
