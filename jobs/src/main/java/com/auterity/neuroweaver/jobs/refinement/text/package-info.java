/** What texts are made of and say: measures, dates, amounts, broken encodings, spoken forms. */
package com.auterity.neuroweaver.jobs.refinement.text;
