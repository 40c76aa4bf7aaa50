/** Where datasets and blobs lie: chunks, manifests, versions, and their readers and writers. */
package com.auterity.neuroweaver.datasets.store;
