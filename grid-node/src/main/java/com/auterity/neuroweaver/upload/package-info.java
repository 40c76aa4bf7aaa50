/** Files that are sent to the grid, kept until a load job has read them. */
package com.auterity.neuroweaver.upload;
