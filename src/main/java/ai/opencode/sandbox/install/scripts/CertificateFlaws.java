package ai.opencode.sandbox.install.scripts;

import java.util.List;

/**
 * The flaws of an image's certificates.
 *
 * @param listed the first of them
 * @param more the number of the others
 */
public record CertificateFlaws(List<CertificateFlaw> listed, int more) {

  public static final CertificateFlaws NONE = new CertificateFlaws(List.of(), 0);

  /** The number of flaws to list. */
  static final int MOST = 20;

  public CertificateFlaws {
    listed = List.copyOf(listed);
  }
}
