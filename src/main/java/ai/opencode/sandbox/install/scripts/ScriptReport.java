package ai.opencode.sandbox.install.scripts;

import java.util.List;

/**
 * The consequences of an installation's scripts apart from their effects on the root: missing
 * effects, flaws of certificates, and trust in certificate authorities.
 *
 * @param notReproduced scripts with an effect that is missing from the root, by package label
 * @param changedFiles paths of files that scripts changed and that no layer has as the root has
 *     them, sorted; the image's own files must include them
 * @param flaws certificates that are not used as their authors expect
 * @param trustsOwnAuthorities whether the trusted certificates include some of the image's own
 */
public record ScriptReport(
    List<NotReproduced> notReproduced,
    List<String> changedFiles,
    CertificateFlaws flaws,
    boolean trustsOwnAuthorities) {

  public ScriptReport {
    notReproduced = List.copyOf(notReproduced);
    changedFiles = List.copyOf(changedFiles);
  }
}
