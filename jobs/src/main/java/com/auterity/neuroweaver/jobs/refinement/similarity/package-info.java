/** How alike texts are: shingles, MinHash, the index of signatures, feature vectors, clusters. */
package com.auterity.neuroweaver.jobs.refinement.similarity;
