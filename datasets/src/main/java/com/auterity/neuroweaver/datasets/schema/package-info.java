/** What columns are: types, meaning, values as text, inference. */
package com.auterity.neuroweaver.datasets.schema;
