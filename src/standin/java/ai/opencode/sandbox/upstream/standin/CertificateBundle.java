package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file with all certificate authorities, made from Debian's single files, as the script of
 * Debian's package does at its installation.
 */
final class CertificateBundle {

  private static final String CERTIFICATES = "usr/share/ca-certificates/mozilla/";
  private static final String BUNDLE = "etc/ssl/certs/ca-certificates.crt";
  private static final int MAX_CERTIFICATE = 1 << 20;

  private CertificateBundle() {}

  static void copy(Path deb, ApkBuilder into) throws IOException {
    Map<String, String> certificates = new TreeMap<>();
    try (TarReader tar = DebianArchive.data(deb)) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        if (entry instanceof TarEntry.File
            && entry.path().startsWith(CERTIFICATES)
            && entry.path().endsWith(".crt")) {
          byte[] bytes = tar.content().readNBytes(MAX_CERTIFICATE);
          certificates.put(entry.path(), new String(bytes, StandardCharsets.US_ASCII));
        }
      }
    }
    if (certificates.isEmpty()) {
      throw new VerificationException(
          deb.getFileName() + " contains no certificates. Use another Debian mirror.");
    }
    StringBuilder bundle = new StringBuilder();
    for (String certificate : certificates.values()) {
      bundle.append(certificate);
      // Without the missing newline, two certificates would be on one line.
      if (!certificate.endsWith("\n")) {
        bundle.append('\n');
      }
    }
    into.file(BUNDLE, 0644, bundle.toString());
    into.symbolicLink("etc/ssl/cert.pem", "certs/ca-certificates.crt");
  }
}
