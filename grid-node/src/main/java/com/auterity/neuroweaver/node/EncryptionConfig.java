package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.Map;
import org.apache.ignite.spi.encryption.keystore.KeystoreEncryptionSpi;

/**
 * Encryption at rest: Ignite's pages and log are AES-encrypted with keys that a master key
 * encrypts; the master key lies in a keystore apart from the data.
 */
record EncryptionConfig(KeyStoreFile keystore, String masterKey) {

  /** Refuses a keystore without the master key. */
  KeystoreEncryptionSpi spi(Map<String, String> environment) {
    char[] password = keystore.password(environment);
    try {
      Key key = keystore.open(environment).getKey(masterKey, password);
      if (key == null || !"AES".equals(key.getAlgorithm())) {
        throw NeuroWeaverException.invalid(
            "encryption.keystore: "
                + keystore.file()
                + " holds no AES key called "
                + masterKey
                + "; make one: keytool -genseckey -alias "
                + masterKey
                + " -keyalg AES -keysize 256 -storetype PKCS12 -keystore "
                + keystore.file());
      }
    } catch (GeneralSecurityException e) {
      throw NeuroWeaverException.invalid(
          "encryption.keystore: key "
              + masterKey
              + " of "
              + keystore.file()
              + " cannot be read: "
              + e.getMessage());
    }
    KeystoreEncryptionSpi spi = new KeystoreEncryptionSpi();
    spi.setKeyStorePath(keystore.file().toString());
    spi.setKeyStorePassword(password);
    spi.setMasterKeyName(masterKey);
    return spi;
  }
}
