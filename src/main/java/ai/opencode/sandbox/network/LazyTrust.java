package ai.opencode.sandbox.network;

import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that the JDK and the user trust, read when a server first presents its own. An
 * HTTP client would read them when it is created, a tenth of a second that plain HTTP to a server
 * on this machine does not need.
 */
final class LazyTrust extends X509ExtendedTrustManager {

  private final Supplier<X509ExtendedTrustManager> trusted;

  private LazyTrust(List<Path> authorities) {
    trusted = new Once<>(() -> managerOf(authorities));
  }

  /**
   * Returns the default TLS context, except that trusted certificates are read later.
   *
   * @param authorities the PEM files with further trusted certificates
   * @throws IllegalStateException if this Java has no TLS
   */
  static SSLContext context(List<Path> authorities) {
    try {
      if (System.getProperty("javax.net.ssl.keyStore") != null) {
        if (!authorities.isEmpty()) {
          throw new UsageException(
              "A client certificate (javax.net.ssl.keyStore) cannot be combined with --ca-file ("
                  + authorities.get(0)
                  + "). Import the authorities into a javax.net.ssl.trustStore.");
        }
        // A client certificate is configured, so the JVM's default context applies.
        return SSLContext.getDefault();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new LazyTrust(authorities)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no TLS", e);
    }
  }

  private static X509ExtendedTrustManager managerOf(List<Path> authorities) {
    try {
      X509ExtendedTrustManager ofTheJdk = managerOf((KeyStore) null);
      if (authorities.isEmpty()) {
        return ofTheJdk;
      }
      KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
      all.load(null, null);
      int number = 0;
      for (X509Certificate each : ofTheJdk.getAcceptedIssuers()) {
        all.setCertificateEntry("jdk" + number++, each);
      }
      for (Path file : authorities) {
        for (Certificate each : Authorities.read(file)) {
          all.setCertificateEntry("own" + number++, each);
        }
      }
      return managerOf(all);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("This Java's trusted certificates cannot be read", e);
    }
  }

  private static X509ExtendedTrustManager managerOf(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509ExtendedTrustManager.class::isInstance)
        .map(X509ExtendedTrustManager.class::cast)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("This Java trusts no certificates"));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    trusted.get().checkServerTrusted(chain, type, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    trusted.get().checkServerTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    trusted.get().checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    trusted.get().checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    trusted.get().checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    trusted.get().checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return trusted.get().getAcceptedIssuers();
  }
}
