package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.PlainText;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.NullUnmarked;

/**
 * Checks images without running them, and fails if one deviates from its definition, or from the
 * packages that its database lists.
 */
@Mojo(name = "verify", defaultPhase = LifecyclePhase.VERIFY, threadSafe = true)
@NullUnmarked
public final class VerifyMojo extends SandboxMojo {

  /**
   * The images: oci:DIRECTORY[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE or registry
   * references. Default: oci:target/images.
   */
  @Parameter(property = "sandbox.verify.images")
  private List<String> from;

  /** Public keys that sign repositories of your own. */
  @Parameter(property = "sandbox.key")
  private List<File> keys;

  /**
   * Statements that each image must have beside it: sbom (its software), provenance (its inputs),
   * origin (the packages' signatures), or all.
   */
  @Parameter(property = "sandbox.verify.require")
  private List<String> require;

  /**
   * Require that each package is signed by a key that is trusted: Alpine's, or those that
   * &lt;lockFile&gt; names, and those of &lt;keys&gt;.
   */
  @Parameter(property = "sandbox.verify.origin", defaultValue = "false")
  private boolean origin;

  /** Directory with the only trusted keys, for &lt;origin&gt;. */
  @Parameter(property = "sandbox.verify.keys")
  private File trustedKeys;

  /**
   * Lock file, for &lt;origin&gt;: its keys and base images are trusted, and each image must be one
   * of its results.
   */
  @Parameter(property = "sandbox.verify.lock")
  private File lockFile;

  @Override
  void run(MavenProgress progress) throws IOException {
    artifacts().addTools();
    Declared declared = declared();
    List<Path> ownKeys = listed(keys).isEmpty() ? declared.inputs().keys() : paths(keys);
    List<ImageDefinition> own =
        declared.images().stream()
            .filter(image -> !PomImages.ofProduct().containsKey(image.name()))
            .toList();
    Verification verification =
        new Verification(
            access(declared).withProgress(progress),
            own,
            ownKeys,
            listed(require).isEmpty() ? Set.of() : AttestationKind.chosen(require),
            origin,
            Optional.ofNullable(trustedKeys).map(File::toPath),
            Optional.ofNullable(lockFile).map(File::toPath));
    if (listed(from).isEmpty()) {
      Places.requireImages(layout());
    }
    Path directory = project().getBasedir().toPath();
    int findings = 0;
    for (String each : listed(from).isEmpty() ? List.of("oci:" + layout()) : from) {
      findings += verification.verify(each, directory, line -> getLog().info(PlainText.line(line)));
    }
    if (findings > 0) {
      throw new VerificationException(
          findings
              + (findings == 1 ? " finding" : " findings")
              + ". The lines before this one name them; build the images anew, or correct their"
              + " definitions.");
    }
  }
}
