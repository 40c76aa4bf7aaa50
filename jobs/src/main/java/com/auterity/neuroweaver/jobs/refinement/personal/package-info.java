/** Finds personal data in texts and gives surrogates for it. */
package com.auterity.neuroweaver.jobs.refinement.personal;
