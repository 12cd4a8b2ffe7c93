package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.Checksum;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The certificates in a PEM file. */
final class PemCertificates {

  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN (?:X509 )?CERTIFICATE-----([A-Za-z0-9+/=\\s]+)-----END (?:X509"
              + " )?CERTIFICATE-----");

  /**
   * A certificate.
   *
   * @param subjectHash the hash by which OpenSSL finds it in a directory: eight hex digits
   */
  record Certificate(String subjectHash, Checksum fingerprint) {}

  private PemCertificates() {}

  /**
   * Returns the certificates that can be parsed. Other blocks and text between them are skipped.
   */
  static List<Certificate> of(byte[] pem) {
    List<Certificate> certificates = new ArrayList<>();
    Matcher block = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    while (block.find()) {
      certificate(block.group(1)).ifPresent(certificates::add);
    }
    return certificates;
  }

  /** Parses a certificate; empty if that fails, since readers of the bundle skip it as well. */
  private static Optional<Certificate> certificate(String base64) {
    try {
      byte[] der = Base64.getMimeDecoder().decode(base64);
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      return Optional.of(
          new Certificate(
              SubjectHash.of(certificate.getSubjectX500Principal().getEncoded()),
              Checksum.from(Checksum.newSha1().digest(der))));
    } catch (CertificateException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
