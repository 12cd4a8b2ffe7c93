package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.security.ExportFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code security}: prints the hardened options in an engine's own format. */
@Command(
    name = "security",
    mixinStandardHelpOptions = true,
    description =
        "Prints the hardened options for Docker, Podman, Compose, Kubernetes or a dev container.")
final class SecurityCommand implements Callable<Integer> {

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "docker",
      description =
          "docker, podman, compose, kubernetes, devcontainer or json (default: ${DEFAULT-VALUE}).")
  private String format = "docker";

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      defaultValue = "opencode-sandbox-base",
      description = "Image that the output names (default: ${DEFAULT-VALUE}).")
  private String image = "opencode-sandbox-base";

  @Mixin private SecurityFlags security = new SecurityFlags();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    String text = ExportFormat.of(format).export(security.options(), image);
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
