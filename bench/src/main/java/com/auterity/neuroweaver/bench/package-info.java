/**
 * Measurements of this machine and of the engine beside other libraries. A peer runs in a JVM of
 * its own with its own classpath; ours and the peer's turns alternate, and while one measures the
 * other waits for input.
 */
package com.auterity.neuroweaver.bench;
