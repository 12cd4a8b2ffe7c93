package example;

import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.util.List;

/** Composes an image of one's own and sends it where it is wanted. */
public final class ComposeImage {

  private ComposeImage() {}

  /** Builds for this machine and writes an OCI image layout. */
  public static void main(String[] arguments) throws IOException {
    compose(BuildSettings.standard(), Target.of("oci:images"));
  }

  public static List<Delivery> compose(BuildSettings settings, Target target) throws IOException {
    var tools = ImageDefinition.from(SandboxImages.base(), "acme/tools").withPackages("ripgrep");
    var builder = new SandboxBuilder(settings, Progress.silent());
    var images = builder.build(List.of(tools));
    return builder.send(images, target);
  }
}
