/** Models, versions, aliases, deployments, lineage. */
package com.auterity.neuroweaver.registry;
