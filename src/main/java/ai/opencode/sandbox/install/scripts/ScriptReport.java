package ai.opencode.sandbox.install.scripts;

import java.util.List;

/**
 * The consequences of an installation's scripts apart from their effects on the root: missing
 * effects, warnings, and trust in certificate authorities.
 *
 * @param notReproduced scripts with an effect that is missing from the root, by package label
 * @param warnings sentences about effects that differ from the expected ones
 * @param trustsOwnAuthorities whether the trusted certificates include some of the image's own
 */
public record ScriptReport(
    List<NotReproduced> notReproduced, List<String> warnings, boolean trustsOwnAuthorities) {

  /**
   * A package with scripts that were not reproduced.
   *
   * @param label name and version of the package
   * @param action the actions of the scripts, as far as their text shows them
   */
  public record NotReproduced(String label, String action) {}

  public ScriptReport {
    notReproduced = List.copyOf(notReproduced);
    warnings = List.copyOf(warnings);
  }
}
