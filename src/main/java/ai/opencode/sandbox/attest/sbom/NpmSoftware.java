package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.npm.NpmFacts;
import java.util.Optional;

/**
 * An npm package of an image.
 *
 * @param evidence its {@code package.json}; empty for a package that is not installed yet
 * @param carrier the Alpine package that it is a part of; empty for a package of its own
 */
public record NpmSoftware(
    NpmFacts facts, Optional<FileEvidence> evidence, Optional<String> carrier) {

  /** Returns the package as an image shows it, which does not hold tarballs' hashes. */
  NpmSoftware asInstalled() {
    return new NpmSoftware(
        new NpmFacts(
            facts.path(), facts.name(), facts.version(), Optional.empty(), facts.licence()),
        evidence,
        carrier);
  }
}
