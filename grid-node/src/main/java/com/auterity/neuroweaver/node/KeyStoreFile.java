package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;

/**
 * A keystore (PKCS12 or JKS) and the environment variable that holds its password.
 *
 * @param key where it stands in the configuration, for messages: {@code tls.keystore}
 */
record KeyStoreFile(String key, Path file, String passwordVariable) {

  /** The password; INVALID_INPUT when the variable is not set. */
  char[] password(Map<String, String> environment) {
    String password = environment.get(passwordVariable);
    if (password == null || password.isEmpty()) {
      throw NeuroWeaverException.invalid(
          key
              + ": the environment variable "
              + passwordVariable
              + ", which should hold the keystore's password, is not set");
    }
    return password.toCharArray();
  }

  /** Opens the keystore, to find out before anything starts that it can be. */
  KeyStore open(Map<String, String> environment) {
    char[] password = password(environment);
    try (InputStream in = Files.newInputStream(file)) {
      // This type reads PKCS12 files, too.
      KeyStore store = KeyStore.getInstance("JKS");
      store.load(in, password);
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          key
              + ": "
              + file
              + " cannot be opened with the password in "
              + passwordVariable
              + ": "
              + e.getMessage(),
          Map.of("file", file.toString()),
          e);
    }
  }
}
