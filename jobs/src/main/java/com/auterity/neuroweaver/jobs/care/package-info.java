/** Care of data: verifying copies, retiring versions by age, erasing a data subject's rows. */
package com.auterity.neuroweaver.jobs.care;
