package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.PlainText;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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

  @Override
  void run(MavenProgress progress) throws IOException {
    artifacts().addTools();
    Declared declared = declared();
    Map<String, String> texts =
        RepositoryKey.texts(
            RepositoryKey.readAll(listed(keys).isEmpty() ? declared.keys() : paths(keys)));
    List<ImageDefinition> own =
        declared.images().stream()
            .filter(image -> !PomImages.ofProduct().containsKey(image.name()))
            .toList();
    Verification verification =
        new Verification(access(declared).withProgress(progress), own, texts);
    if (listed(from).isEmpty()) {
      Places.requireImages(layout());
    }
    Places places = new Places(project().getBasedir().toPath());
    int findings = 0;
    for (String each : listed(from).isEmpty() ? List.of("oci:" + layout()) : from) {
      findings +=
          verification.verify(places.notation(each), line -> getLog().info(PlainText.line(line)));
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
