package ai.opencode.sandbox.build;

import ai.opencode.sandbox.install.scripts.CertificateFlaw;
import ai.opencode.sandbox.install.scripts.CertificateFlaws;
import ai.opencode.sandbox.install.scripts.LocalCertificates;
import java.util.ArrayList;
import java.util.List;

/**
 * The text of warnings about certificates that were added to an image, but are not trusted in it,
 * or not in every program.
 */
final class CertificateText {

  private static final String COPIED =
      ", but is copied into the bundle of trusted certificates. Convert it to PEM (-----BEGIN"
          + " CERTIFICATE-----), or leave it out.";

  private CertificateText() {}

  static List<String> sentences(CertificateFlaws flaws) {
    List<String> sentences = new ArrayList<>();
    for (CertificateFlaw each : flaws.listed()) {
      sentences.add(("/" + each.path() + " " + of(each)).replaceAll("\\p{Cntrl}", "?"));
    }
    if (flaws.more() > 0) {
      sentences.add(
          flaws.more()
              + " more certificates are not trusted or cannot be read. Correct the listed ones"
              + " first.");
    }
    return sentences;
  }

  private static String of(CertificateFlaw flaw) {
    return switch (flaw.kind()) {
      case PACKAGE_MISSING ->
          "is not trusted, because the package ca-certificates is not installed. Add the package.";
      case SELECTION_UNREADABLE ->
          "cannot be read, so no certificate of a package is trusted. Replace the file.";
      case INVALID_LINE ->
          "has an invalid line: \""
              + flaw.line()
              + "\". Name a file in /"
              + LocalCertificates.GLOBAL
              + ".";
      case SELECTED_UNREADABLE ->
          "is not trusted, because it cannot be read. Remove it from /"
              + LocalCertificates.SELECTION
              + ".";
      case HIDDEN ->
          "is not trusted, because it is hidden or in a subdirectory. Move it to /"
              + LocalCertificates.LOCAL
              + " under a visible name.";
      case OWN_UNREADABLE ->
          "is not trusted, because it cannot be read. Replace it by a regular file.";
      case NO_CERTIFICATE -> "has no readable certificate in PEM form" + COPIED;
      case BROKEN_CERTIFICATE -> "has an unreadable certificate" + COPIED;
      case NO_HASH_LINK ->
          "is not found by programs that look certificates up by hash, because its content is"
              + " unknown during the build. Move it to /"
              + LocalCertificates.LOCAL
              + ".";
    };
  }
}
