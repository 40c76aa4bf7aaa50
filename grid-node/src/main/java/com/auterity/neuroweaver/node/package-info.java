/** A running node: configuration, Ignite assembly, composition root. */
package com.auterity.neuroweaver.node;
