package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.contract.DefinedContract;
import ai.opencode.sandbox.contract.ProofOfOrigin;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.verify.Contract;
import ai.opencode.sandbox.verify.ImageVerifier;
import ai.opencode.sandbox.verify.VerificationReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The checks of images. They are in the artifact of the tools, so no other class names them. */
final class Verification {

  private final ImageVerifier verifier;

  /**
   * Makes the checks.
   *
   * @param images the definitions of the project's own images
   * @param keys files with the keys that images may have
   * @param required the kinds of statements that images must have beside them
   * @param origin whether trusted keys must have signed the packages
   * @param trusted the directory with the only trusted keys
   * @param lock the lock whose keys are trusted in place of Alpine's
   */
  Verification(
      RegistryAccess access,
      List<ImageDefinition> images,
      List<Path> keys,
      Set<AttestationKind> required,
      boolean origin,
      Optional<Path> trusted,
      Optional<Path> lock)
      throws IOException {
    Map<String, String> texts = RepositoryKey.texts(RepositoryKey.readAll(keys));
    List<Contract> contracts = new ArrayList<>();
    for (ImageDefinition image : images) {
      contracts.add(DefinedContract.of(image, texts));
    }
    verifier =
        new ProofOfOrigin(origin, keys, trusted, lock)
            .askedBy(new ImageVerifier(access).withContracts(contracts).withRequired(required));
  }

  /**
   * Checks images on all platforms, gives the lines of the reports, and counts the findings.
   *
   * @param from the directory from which relative paths of images count
   */
  int verify(String images, Path from, Consumer<String> lines) throws IOException {
    int findings = 0;
    for (ImageSource source : verifier.images(ImageSource.of(images, from))) {
      for (Platform platform : verifier.platforms(source)) {
        VerificationReport report = verifier.verify(source, platform);
        report.lines().forEach(lines);
        findings += report.findings().size();
      }
    }
    return findings;
  }
}
