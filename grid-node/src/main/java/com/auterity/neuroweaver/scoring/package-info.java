/** Classifiers trained with Apache Ignite ML. */
package com.auterity.neuroweaver.scoring;
