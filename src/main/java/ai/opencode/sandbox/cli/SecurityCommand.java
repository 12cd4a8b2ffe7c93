package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.WritableLabel;
import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.inspect.ImageSettings;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.security.ExportFormat;
import ai.opencode.sandbox.security.SecurityOptions;
import ai.opencode.sandbox.verify.ImageVerifier;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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

  /** An image with the writable paths of every sandbox. */
  private static final String STANDARD = "opencode-sandbox-base";

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
      defaultValue = STANDARD,
      description =
          "Image that the output names (default: ${DEFAULT-VALUE}). Its user and writable paths are read"
              + " from it: oci:DIRECTORY[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE or a"
              + " reference that begins with its registry; those of an image of sandbox.yaml are known by its name.")
  private String image = STANDARD;

  @Mixin private SecurityFlags security = new SecurityFlags();

  @Mixin private Connections connections = new Connections();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CommandSpec command = Objects.requireNonNull(spec);
    String text = export(ExportFormat.of(format), command);
    command.commandLine().getOut().print(text);
    command.commandLine().getOut().flush();
    return 0;
  }

  private String export(ExportFormat form, CommandSpec command) throws IOException {
    if (image.equals(STANDARD) && !Edition.of(command).ownImages()) {
      return form.export(security.options(), image);
    }
    Optional<ImageDefinition> defined = Edition.images(command).known(image);
    if (defined.isPresent()) {
      return form.export(of(settings(defined.get())), image);
    }
    ImageSource source = ImageSource.of(image);
    if (source instanceof ImageSource.InRegistry remote
        && !image.startsWith(remote.reference().registry() + "/")) {
      // The text names an image in an engine, whose settings are not read.
      return form.export(security.options(), image);
    }
    try {
      ImageSettings settings = settings(source);
      boolean hasAName = source instanceof ImageSource.InRegistry || settings.title().isEmpty();
      return form.export(of(settings), hasAName ? image : PlainText.line(settings.title()));
    } catch (NetworkException | AuthenticationException e) {
      command
          .commandLine()
          .getErr()
          .println(
              PlainText.line(
                  e.getMessage()
                      + " The output has the writable paths of every sandbox. Add those of the image"
                      + " with --tmpfs PATH=SIZE."));
      return form.export(security.options(), image);
    }
  }

  /** Returns the settings that a build of an image would give it. */
  private static ImageSettings settings(ImageDefinition image) {
    Map<String, String> labels = new HashMap<>(image.labels());
    WritableLabel.of(image).ifPresent(value -> labels.put(Annotations.WRITABLE, value));
    return new ImageSettings(image.name(), image.user().ids().toString(), labels);
  }

  private ImageSettings settings(ImageSource source) throws IOException {
    RegistryAccess access = connections.toImages(List.of(image)).withAttempts(1, Duration.ZERO);
    ImageVerifier verifier = new ImageVerifier(access);
    List<ImageSource> sources = verifier.images(source);
    if (sources.size() != 1) {
      throw new UsageException(
          image + " has several images. Name one, such as oci:target/images:NAME.");
    }
    // The settings are the same for every platform.
    Platform platform = verifier.platforms(sources.get(0)).get(0);
    return ImageSettings.read(sources.get(0), platform, access);
  }

  private SecurityOptions of(ImageSettings settings) {
    SecurityOptions options = security.options();
    SecurityOptions own = options.forImage(settings.labels(), settings.user());
    return security.namesUser() ? own.withUser(options.user()) : own;
  }
}
