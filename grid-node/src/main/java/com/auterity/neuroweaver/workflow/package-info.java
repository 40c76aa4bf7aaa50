/** The YAML program: parsed, checked and run as a graph of durable jobs; its report; quickstart. */
package com.auterity.neuroweaver.workflow;
