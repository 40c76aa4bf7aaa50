package com.auterity.neuroweaver.api;

import java.util.function.BiFunction;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * HTTP over TLS.
 *
 * @param clientCertificates whether clients must show a certificate
 */
record ApiTls(SSLContext context, boolean clientCertificates) {
  BiFunction<Server, HttpConfiguration, Connector> connector(ApiConfig config) {
    return (server, plain) -> {
      HttpConfiguration https = new HttpConfiguration(plain);
      // Clients check the host they asked for against the certificate; an IP address has no SNI.
      https.addCustomizer(new SecureRequestCustomizer(false));
      SslContextFactory.Server ssl = new SslContextFactory.Server();
      ssl.setSslContext(context);
      ssl.setNeedClientAuth(clientCertificates);
      ServerConnector connector =
          new ServerConnector(
              server, new SslConnectionFactory(ssl, "http/1.1"), new HttpConnectionFactory(https));
      connector.setHost(config.host());
      connector.setPort(config.port());
      return connector;
    };
  }
}
