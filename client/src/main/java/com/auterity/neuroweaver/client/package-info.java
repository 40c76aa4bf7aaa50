/** Wire records, Java SDK and the neuroweaver command line. */
package com.auterity.neuroweaver.client;
