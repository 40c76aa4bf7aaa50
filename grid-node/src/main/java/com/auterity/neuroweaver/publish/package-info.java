/** Datasets as SQL tables, which thin clients, JDBC and ODBC join. */
package com.auterity.neuroweaver.publish;
