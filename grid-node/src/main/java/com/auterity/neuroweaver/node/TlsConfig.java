package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.util.Collections;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.ignite.ssl.SslContextFactory;

/**
 * TLS between nodes, to thin clients and to HTTP clients. Nodes always show each other their
 * certificates; {@code clientCertificates} says whether clients must, too.
 */
record TlsConfig(KeyStoreFile keystore, KeyStoreFile truststore, boolean clientCertificates) {

  /** What the node uses on every port; refuses keystores that cannot be opened or hold no key. */
  SSLContext context(Map<String, String> environment) {
    KeyStore keys = keystore.open(environment);
    truststore.open(environment);
    try {
      boolean hasKey = false;
      for (String alias : Collections.list(keys.aliases())) {
        hasKey |= keys.isKeyEntry(alias);
      }
      if (!hasKey) {
        throw NeuroWeaverException.invalid(
            keystore.key() + ": " + keystore.file() + " holds no private key with its certificate");
      }
    } catch (KeyStoreException e) {
      throw new IllegalStateException("an open keystore can be read", e);
    }
    SslContextFactory factory = new SslContextFactory();
    factory.setKeyStoreFilePath(keystore.file().toString());
    factory.setKeyStorePassword(keystore.password(environment));
    factory.setTrustStoreFilePath(truststore.file().toString());
    factory.setTrustStorePassword(truststore.password(environment));
    return factory.create();
  }
}
