package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.contract.DefinedContract;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.verify.Contract;
import ai.opencode.sandbox.verify.ImageVerifier;
import ai.opencode.sandbox.verify.VerificationReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The checks of images. They are in the artifact of the tools, so no other class names them. */
final class Verification {

  private final ImageVerifier verifier;

  /**
   * Makes the checks.
   *
   * @param images the definitions of the project's own images
   * @param keys the texts of the keys that images may have, by name
   */
  Verification(RegistryAccess access, List<ImageDefinition> images, Map<String, String> keys)
      throws IOException {
    List<Contract> contracts = new ArrayList<>();
    for (ImageDefinition image : images) {
      contracts.add(DefinedContract.of(image, keys));
    }
    verifier = new ImageVerifier(access).withContracts(contracts);
  }

  /** Checks images on all platforms, gives the lines of the reports, and counts the findings. */
  int verify(String images, Consumer<String> lines) throws IOException {
    int findings = 0;
    for (ImageSource source : verifier.images(ImageSource.of(images))) {
      for (Platform platform : verifier.platforms(source)) {
        VerificationReport report = verifier.verify(source, platform);
        report.lines().forEach(lines);
        findings += report.findings().size();
      }
    }
    return findings;
  }
}
