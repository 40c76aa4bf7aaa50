/** Arrow Flight: datasets in and out for every language that speaks Arrow. */
package com.auterity.neuroweaver.flight;
