package ai.opencode.sandbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The key and certificate of a server that no client trusts by default, made for a test run with
 * the JDK's keytool.
 *
 * @param keyStore the key in PKCS #12 form
 * @param certificate the certificate in PEM form
 */
public record TlsIdentity(byte[] keyStore, String certificate) {

  private static final String PASSWORD = "changeit";

  public static TlsIdentity forLocalhost(Path directory)
      throws IOException, InterruptedException, GeneralSecurityException {
    return forNames(directory, List.of("dns:localhost", "ip:127.0.0.1"));
  }

  /**
   * Makes an identity for several names.
   *
   * @param names as keytool expects them, such as {@code dns:localhost}
   */
  public static TlsIdentity forNames(Path directory, List<String> names)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path file = directory.resolve("server.p12");
    Path log = directory.resolve("keytool.log");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=" + String.join(",", names),
                "-ext",
                "bc=ca:true",
                "-startdate",
                "-1d",
                "-validity",
                "3",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool: " + Files.readString(log));
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    byte[] der = Objects.requireNonNull(store.getCertificate("server")).getEncoded();
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der)
            + "\n-----END CERTIFICATE-----\n";
    return new TlsIdentity(Files.readAllBytes(file), pem);
  }

  /** Returns the TLS context for a server of this identity. */
  public SSLContext serverContext() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(new ByteArrayInputStream(keyStore), PASSWORD.toCharArray());
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  public PrivateKey privateKey() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(new ByteArrayInputStream(keyStore), PASSWORD.toCharArray());
    return (PrivateKey) Objects.requireNonNull(store.getKey("server", PASSWORD.toCharArray()));
  }

  /** Returns the private key in PEM form. */
  public String key() throws IOException {
    try {
      return "-----BEGIN PRIVATE KEY-----\n"
          + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
              .encodeToString(privateKey().getEncoded())
          + "\n-----END PRIVATE KEY-----\n";
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** Writes a trust store with the certificate, in the JDK's form. */
  public Path trustStore(Path directory) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(
        "server",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII))));
    Path file = directory.resolve("trust.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  public String password() {
    return PASSWORD;
  }

  /** Returns the environment variables that the contract's scripts read. */
  Map<String, String> environment() {
    return Map.of(
        "TEST_KEY_STORE", Base64.getEncoder().encodeToString(keyStore),
        "TEST_KEY_STORE_PASSWORD", PASSWORD,
        "TEST_CERTIFICATE", certificate);
  }
}
