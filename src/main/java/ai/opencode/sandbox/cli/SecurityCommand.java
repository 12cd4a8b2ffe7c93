package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.run.ExportFormat;
import ai.opencode.sandbox.run.SecurityOptions;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code security}: the hardened options, written out for whatever starts the containers. */
@Command(
    name = "security",
    mixinStandardHelpOptions = true,
    description = "Prints the hardened options for Docker, Compose, Kubernetes or a dev container.")
public final class SecurityCommand implements Callable<Integer> {

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "docker",
      description =
          "docker, compose, kubernetes, devcontainer or json (default: ${DEFAULT-VALUE}).")
  private String format = "docker";

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      defaultValue = "opencode-sandbox-base",
      description = "Image that the output names (default: ${DEFAULT-VALUE}).")
  private String image = "opencode-sandbox-base";

  @Option(
      names = "--userns",
      paramLabel = "MODE",
      description =
          "User namespace mode; \"host\" switches off the engine's remapping of users, which"
              + " isolates less.")
  private @Nullable String userns;

  @Option(
      names = "--network",
      paramLabel = "MODE",
      description = "Network mode, for instance none (default: the engine's own).")
  private @Nullable String network;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    SecurityOptions options =
        SecurityOptions.hardened().withUsernsMode(userns).withNetworkMode(network);
    String text = ExportFormat.of(format).export(options, image);
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
