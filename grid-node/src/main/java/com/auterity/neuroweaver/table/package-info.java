/** The tables of schema NEUROWEAVER and the ordered, recorded migrations that make them. */
package com.auterity.neuroweaver.table;
