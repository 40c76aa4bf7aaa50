/** Models to and from a model hub, over the HTTP protocol that such hubs share. */
package com.auterity.neuroweaver.jobs.hub;
