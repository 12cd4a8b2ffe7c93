package example;

import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import java.nio.file.Path;
import java.util.List;

/** Goes on with Jib where the library ends. */
public final class ContinueWithJib {

  private ContinueWithJib() {}

  /** Puts a program into the base image. */
  public static void main(String[] arguments) throws Exception {
    withAgent(BuildSettings.standard(), Path.of(arguments[0]), Target.of("oci:images"));
  }

  /** Returns a program as a layer; {@code addLayer} of Jib would make it a file of mode 644. */
  private static FileEntriesLayer program(Path file) {
    return FileEntriesLayer.builder()
        .setName("agent")
        .addEntry(
            file,
            AbsoluteUnixPath.get("/opt/agent/run"),
            FilePermissions.fromOctalString("755"))
        .build();
  }

  public static List<Delivery> withAgent(BuildSettings settings, Path agent, Target target)
      throws Exception {
    var builder = new SandboxBuilder(settings, Progress.silent());
    var images = builder.build(List.of(SandboxImages.base()));
    try (var base = builder.jibBase(images.get(0))) {
      var jib = base.from().addFileEntriesLayer(program(agent)).setProgramArguments("/opt/agent/run");
      var app = base.containerize(jib, "acme/agent");
      return builder.send(List.of(app), target);
    }
  }

  /** Or lets Jib write its own kind of file, which {@code docker load} reads. */
  public static void toFile(BuildSettings settings, Path agent, Path file) throws Exception {
    var builder = new SandboxBuilder(settings, Progress.silent());
    var images = builder.build(List.of(SandboxImages.base()));
    try (var base = builder.jibBase(images.get(0))) {
      var jib = base.from().addFileEntriesLayer(program(agent)).setProgramArguments("/opt/agent/run");
      jib.containerize(base.to(TarImage.at(file).named("acme/agent")));
    }
  }
}
