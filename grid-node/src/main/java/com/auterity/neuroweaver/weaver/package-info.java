/** Predictions: queue, batching, answers. */
package com.auterity.neuroweaver.weaver;
