/** YAML files read strictly: every mistake is named with file and line. */
package com.auterity.neuroweaver.yaml;
