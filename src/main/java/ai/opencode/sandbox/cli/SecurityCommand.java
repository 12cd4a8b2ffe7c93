package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.inspect.ImageSettings;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.security.ExportFormat;
import ai.opencode.sandbox.security.SecurityOptions;
import ai.opencode.sandbox.verify.ImageVerifier;
import java.io.IOException;
import java.util.List;
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
      description =
          "Image that the output names (default: ${DEFAULT-VALUE}). The user and the writable paths of"
              + " an image in oci:DIRECTORY:NAME or oci-archive:FILE are read from it.")
  private String image = "opencode-sandbox-base";

  @Mixin private SecurityFlags security = new SecurityFlags();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    String text = export(ExportFormat.of(format));
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
    return 0;
  }

  /** Returns the options for the image; those of an image in a file are in its configuration. */
  private String export(ExportFormat form) throws IOException {
    SecurityOptions options = security.options();
    if (!image.startsWith("oci:") && !image.startsWith("oci-archive:")) {
      return form.export(options, image);
    }
    RegistryAccess access = RegistryAccess.standard();
    ImageVerifier verifier = new ImageVerifier(access);
    List<ImageSource> sources = verifier.images(ImageSource.of(image));
    if (sources.size() != 1) {
      throw new UsageException(
          image + " has several images. Name one, such as oci:target/images:NAME.");
    }
    // The settings are the same for every platform.
    Platform platform = verifier.platforms(sources.get(0)).get(0);
    ImageSettings settings = ImageSettings.read(sources.get(0), platform, access);
    SecurityOptions own = options.forImage(settings.labels(), settings.user());
    return form.export(
        security.namesUser() ? own.withUser(options.user()) : own,
        settings.title().isEmpty() ? image : PlainText.line(settings.title()));
  }
}
