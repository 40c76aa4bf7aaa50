package com.auterity.neuroweaver.node;

import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.apache.ignite.spi.encryption.EncryptionSpi;

/** Keys and certificates, opened before anything else is. */
record NodeSecrets(Optional<SSLContext> tls, Optional<EncryptionSpi> encryption) {
  static NodeSecrets open(NodeConfig config, Map<String, String> environment) {
    return new NodeSecrets(
        config.tls().map(tls -> tls.context(environment)),
        config.encryption().map(encryption -> encryption.spi(environment)));
  }
}
