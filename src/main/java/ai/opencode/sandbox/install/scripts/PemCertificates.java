package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.Checksum;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The certificates in a PEM file (RFC 7468), read line by line as OpenSSL does.
 *
 * @param broken whether a certificate in it cannot be read, or a block has no end
 */
record PemCertificates(List<Certificate> certificates, boolean broken) {

  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final Set<String> LABELS =
      Set.of("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE");
  private static final int VERSION = 0xa0;

  PemCertificates {
    certificates = List.copyOf(certificates);
  }

  /**
   * A certificate.
   *
   * @param subjectHash the hash that OpenSSL looks for in a directory: eight hex digits
   * @param fingerprint the SHA-1 of the certificate
   */
  record Certificate(String subjectHash, Checksum fingerprint) {}

  /** Reads the certificates of a file; skips other blocks and the text between blocks. */
  static PemCertificates of(byte[] pem) {
    List<Certificate> certificates = new ArrayList<>();
    boolean broken = false;
    String label = null;
    StringBuilder base64 = new StringBuilder();
    for (int at = 0; at < pem.length; ) {
      int end = at;
      while (end < pem.length && pem[end] != '\n') {
        end++;
      }
      String line = new String(pem, at, end - at, StandardCharsets.ISO_8859_1).stripTrailing();
      at = end + 1;
      if (label == null) {
        label = labelOf(line);
        base64.setLength(0);
      } else if (line.startsWith(END)) {
        boolean whole = line.equals(END + label + DASHES);
        Certificate found = whole && LABELS.contains(label) ? certificate(base64.toString()) : null;
        if (found != null) {
          certificates.add(found);
        } else if (!whole || LABELS.contains(label)) {
          broken = true;
        }
        label = null;
      } else {
        base64.append(line);
      }
    }
    return new PemCertificates(certificates, broken || label != null);
  }

  private static @Nullable String labelOf(String line) {
    return line.startsWith(BEGIN)
            && line.endsWith(DASHES)
            && line.length() >= BEGIN.length() + DASHES.length()
        ? line.substring(BEGIN.length(), line.length() - DASHES.length())
        : null;
  }

  /** Decodes a certificate; returns null if it is malformed. */
  private static @Nullable Certificate certificate(String base64) {
    try {
      Der whole = Der.first(Base64.getDecoder().decode(base64)).as(Der.SEQUENCE);
      List<Der> fields = whole.children(3).get(0).as(Der.SEQUENCE).children(6);
      int subject = fields.get(0).tag() == VERSION ? 5 : 4;
      return new Certificate(
          SubjectHash.of(fields.get(subject)),
          Checksum.from(Checksum.newSha1().digest(whole.bytes())));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
