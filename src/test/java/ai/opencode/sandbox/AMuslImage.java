package ai.opencode.sandbox;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The agent image on a real Alpine root. */
public final class AMuslImage {

  private AMuslImage() {}

  /**
   * Builds the image.
   *
   * @return its place, {@code oci:DIRECTORY:NAME}
   */
  public static String in(Path directory) throws Exception {
    AnApk[] packages =
        MuslPackages.of(Files.createDirectories(directory.resolve("wheel"))).toArray(AnApk[]::new);
    Path layout = directory.resolve("images");
    try (ASmallUpstream upstream =
        ASmallUpstream.over(RealRoot.released("x86_64"), directory.resolve("upstream"), packages)) {
      SandboxBuilder builder = new SandboxBuilder(upstream.settings(), Progress.silent());
      List<BuiltImage> images = builder.build(List.of(SandboxImages.agent()));
      builder.send(images, Target.of("oci:" + layout));
    }
    return "oci:" + layout + ":opencode-sandbox-agent";
  }
}
