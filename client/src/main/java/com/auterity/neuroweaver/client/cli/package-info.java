/** The neuroweaver command line; other modules add subcommands through {@code CommandProvider}. */
package com.auterity.neuroweaver.client.cli;
