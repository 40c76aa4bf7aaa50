/** The route table and its resources: they translate HTTP and decide nothing. */
package com.auterity.neuroweaver.api;
