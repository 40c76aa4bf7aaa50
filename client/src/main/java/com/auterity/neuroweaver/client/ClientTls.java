package com.auterity.neuroweaver.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whom a client trusts and what it shows a node that asks for a certificate, as the environment
 * says: {@code NEUROWEAVER_TRUSTSTORE} and {@code NEUROWEAVER_KEYSTORE} name PKCS12 or JKS files,
 * {@code NEUROWEAVER_TRUSTSTORE_PASSWORD} and {@code NEUROWEAVER_KEYSTORE_PASSWORD} open them.
 */
public final class ClientTls {
  private static final String TRUSTSTORE = "NEUROWEAVER_TRUSTSTORE";
  private static final String KEYSTORE = "NEUROWEAVER_KEYSTORE";

  private ClientTls() {}

  /**
   * Empty when the environment says nothing: then the JDK's own trust holds.
   *
   * @throws IllegalArgumentException naming the variable whose keystore cannot be opened
   */
  public static Optional<SSLContext> of(Map<String, String> environment) {
    if (!environment.containsKey(TRUSTSTORE) && !environment.containsKey(KEYSTORE)) {
      return Optional.empty();
    }
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(environment.containsKey(TRUSTSTORE) ? open(environment, TRUSTSTORE) : null);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      if (environment.containsKey(KEYSTORE)) {
        keys.init(open(environment, KEYSTORE), password(environment, KEYSTORE));
      } else {
        keys.init(null, null);
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return Optional.of(context);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static KeyStore open(Map<String, String> environment, String variable) {
    Path file = Path.of(environment.get(variable));
    try (InputStream in = Files.newInputStream(file)) {
      // This type reads PKCS12 files, too.
      KeyStore store = KeyStore.getInstance("JKS");
      store.load(in, password(environment, variable));
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          variable
              + ": "
              + file
              + " cannot be opened with the password in "
              + variable
              + "_PASSWORD: "
              + e.getMessage(),
          e);
    }
  }

  private static char[] password(Map<String, String> environment, String variable) {
    String password = environment.get(variable + "_PASSWORD");
    if (password == null) {
      throw new IllegalArgumentException(
          variable + " is set, but " + variable + "_PASSWORD is not");
    }
    return password.toCharArray();
  }
}
