package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.engine.LoadedImages;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.run.ContainerProcess;
import ai.opencode.sandbox.run.HostFiles;
import ai.opencode.sandbox.run.HostMount;
import ai.opencode.sandbox.run.NamedVolume;
import ai.opencode.sandbox.run.RunRequest;
import ai.opencode.sandbox.run.RunStreams;
import ai.opencode.sandbox.run.SandboxRun;
import ai.opencode.sandbox.run.Workspace;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code run}: runs one hardened container from start to removal. The exit code is the
 * container's; a failure before its start is an exception.
 */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Runs a command in a hardened container, with the current directory as workspace.")
public final class RunCommand implements Callable<Integer> {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "IMAGE",
      description =
          "A reference that the engine has or can pull, oci:DIRECTORY[:NAME], or the name of an image"
              + " of your own that build has written.")
  private @Nullable String image;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "COMMAND",
      description = "Command and arguments, after \"--\" (default: the image's own).")
  private List<String> command = new ArrayList<>();

  @CommandLineOnly
  @Option(
      names = "--workspace",
      paramLabel = "DIRECTORY[:ro]",
      description =
          "Directory that is mounted at /workspace (default: the current one, unless a volume is"
              + " mounted there).")
  private @Nullable String workspace;

  @CommandLineOnly
  @Option(
      names = "--volume",
      paramLabel = "SOURCE:TARGET[:ro]",
      description =
          "Mounts another directory or file of the host. A SOURCE without a slash is a volume of the"
              + " engine, which outlives the container. May be repeated.")
  private List<String> volumes = new ArrayList<>();

  @CommandLineOnly
  @Option(
      names = {"-e", "--env"},
      paramLabel = "NAME[=VALUE]",
      description = "Environment variable; without value, this process's own. May be repeated.")
  private List<String> environment = new ArrayList<>();

  @CommandLineOnly
  @Option(
      names = "--env-file",
      paramLabel = "FILE",
      description =
          "File with NAME=VALUE on each line, and # before a comment; --env takes precedence. May be"
              + " repeated.")
  private List<Path> environmentFiles = new ArrayList<>();

  @CommandLineOnly
  @Option(
      names = "--workdir",
      paramLabel = "DIRECTORY",
      description =
          "Directory in the container where the command starts (default: the image's own,"
              + " /workspace).")
  private @Nullable String workingDirectory;

  @Mixin private TaskFlags task = new TaskFlags();

  @Mixin private SecurityFlags security = new SecurityFlags();

  @CommandLineOnly
  @Option(names = "--privileged", hidden = true)
  private boolean privileged;

  @Option(
      names = {"-t", "--tty"},
      negatable = true,
      description = "Gives the container a terminal (default: if this process has one).")
  private @Nullable Boolean tty;

  @CommandLineOnly
  @Option(
      names = "--i-know",
      description = "Starts the container even if options or mounts undo the sandbox.")
  private boolean accepted;

  @CommandLineOnly
  @Option(
      names = "--prune",
      description =
          "Runs nothing, but removes the images that this command has loaded into the engine from"
              + " OCI layouts. Images that a container uses are kept, and so are all others.")
  private boolean prune;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireConsistent();
    if (image == null) {
      return prune();
    }
    // The name of an image of the user's own becomes the reference of the image that build wrote.
    image = Edition.ownNotation(Objects.requireNonNull(spec), image);
    // Not System.in and System.out: they buffer, and hide that a pipe has been closed.
    RunStreams streams =
        new RunStreams(
            new FileInputStream(FileDescriptor.in),
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err));
    return new SandboxRun(ProgressForm.LINES.of(spec))
        .withSignals()
        .run(request(image).withStreams(streams))
        .exitCode();
  }

  private void requireConsistent() {
    if (privileged) {
      throw new UsageException(
          "A privileged container is root on the host, so it is not a sandbox. Give it only the"
              + " capability it needs with --cap-add, or use \"docker run\".");
    }
    if (prune == (image != null)) {
      throw new UsageException(
          prune
              ? "--prune runs nothing. Leave " + image + " out, or run it without --prune."
              : "There is no image to run. Name one, such as oci:target/images:NAME.");
    }
  }

  private RunRequest request(String ofImage) {
    boolean terminal = tty == null ? SandboxRun.hasTerminal() : tty;
    return new RunRequest(
            ofImage,
            new ContainerProcess(command, environment(), terminal, workingDirectory, task.times()),
            security.options(),
            new HostFiles(
                workspace == null ? Workspace.empty() : Workspace.of(workspace),
                volumes.stream()
                    .filter(each -> !NamedVolume.isNamedIn(each))
                    .map(HostMount::of)
                    .toList(),
                volumes.stream().filter(NamedVolume::isNamedIn).map(NamedVolume::of).toList(),
                environmentFiles,
                // The container runs as the workspace's owner, unless an option names the user.
                !security.namesUser()),
            task.engine(),
            RunStreams.none(),
            accepted)
        .withDefaultWorkspace(Path.of("").toAbsolutePath());
  }

  private Integer prune() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    List<LoadedImages.Pruned> images = new SandboxRun(ProgressForm.LINES.of(spec)).prune();
    for (LoadedImages.Pruned each : images) {
      out.println(
          (each.removed() ? "removed  " : "kept     ")
              + PlainText.line(each.name())
              + (each.removed() ? "" : ", which a container or another image uses"));
    }
    if (images.isEmpty()) {
      out.println("the engine has no images that run has loaded");
    }
    out.flush();
    return 0;
  }

  private List<String> environment() {
    List<String> variables = new ArrayList<>();
    for (String each : environment) {
      if (each.indexOf('=') >= 0) {
        variables.add(each);
      } else if (System.getenv(each) != null) {
        variables.add(each + "=" + System.getenv(each));
      }
    }
    return variables;
  }
}
