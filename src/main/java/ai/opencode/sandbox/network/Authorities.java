package ai.opencode.sandbox.network;

import ai.opencode.sandbox.failure.UsageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;

/** The certificates of a PEM file that the user trusts. */
public final class Authorities {

  /** The limit for a file of certificates; a system's bundle has 0.3 MiB. */
  private static final int MAX_BYTES = 16 << 20;

  private Authorities() {}

  /**
   * Reads a file.
   *
   * @throws UsageException if it is no regular file, is too large, or has no certificates that can
   *     be read
   */
  public static Collection<? extends Certificate> read(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new UsageException(file + " is not a regular file. Name a PEM file.");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new UsageException(file + " has more than 16 MiB. Name a PEM file.");
      }
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content));
      if (!found.isEmpty()) {
        return found;
      }
      throw new UsageException(file + " has no certificates. Name a PEM file.");
    } catch (IOException | CertificateException e) {
      throw new UsageException(
          "The certificates in "
              + file
              + " cannot be read ("
              + e.getMessage()
              + "). Name a PEM file.",
          e);
    }
  }
}
