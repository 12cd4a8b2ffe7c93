package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.run.HostMount;
import ai.opencode.sandbox.run.Limits;
import ai.opencode.sandbox.run.RunRequest;
import ai.opencode.sandbox.run.SandboxRun;
import ai.opencode.sandbox.run.SecurityOptions;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code run}: one hardened container from start to removal. Its exit code is the container's own;
 * what goes wrong before that is thrown.
 */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Runs a command in a hardened container, with the current folder as workspace.")
public final class RunCommand implements Callable<Integer> {

  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "A reference that the engine has or can pull, or oci:FOLDER[:NAME].")
  private String image = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "COMMAND",
      description = "Command and arguments, after \"--\" (default: the image's own).")
  private List<String> command = new ArrayList<>();

  @Option(
      names = "--workspace",
      paramLabel = "FOLDER",
      description = "Folder that is mounted at /workspace (default: the current one).")
  private Path workspace = Path.of("");

  @Option(
      names = "--volume",
      paramLabel = "SOURCE:TARGET[:ro]",
      description = "Mounts a further folder or file of the host. May be repeated.")
  private List<String> volumes = new ArrayList<>();

  @Option(
      names = {"-e", "--env"},
      paramLabel = "NAME[=VALUE]",
      description = "Environment variable; without value, this process's own. May be repeated.")
  private List<String> environment = new ArrayList<>();

  @Option(
      names = "--user",
      paramLabel = "UID:GID",
      description = "User in numbers (default: the owner of the workspace, or 1000:1000).")
  private @Nullable String user;

  @Option(
      names = "--network",
      paramLabel = "MODE",
      description = "Network mode, for instance none (default: the engine's own).")
  private @Nullable String network;

  @Option(names = "--userns", paramLabel = "MODE", description = "User namespace mode.")
  private @Nullable String userns;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "Memory limit, for instance 4g, tmpfs included.")
  private @Nullable String memory;

  @Option(
      names = "--pids-limit",
      paramLabel = "NUMBER",
      description = "Most processes and threads at once.")
  private @Nullable Long pids;

  @Option(
      names = "--cap-add",
      paramLabel = "CAPABILITY",
      description = "Adds a capability. May be repeated.")
  private List<String> capAdd = new ArrayList<>();

  @Option(
      names = "--seccomp",
      paramLabel = "FILE",
      description = "Seccomp profile in place of the engine's own.")
  private @Nullable String seccomp;

  @Option(names = "--writable", description = "Lets the container write to its whole file system.")
  private boolean writable;

  @Option(names = "--privileged", hidden = true)
  private boolean privileged;

  @Option(
      names = {"-t", "--tty"},
      negatable = true,
      description = "Gives the container a terminal (default: where there is one).")
  private @Nullable Boolean tty;

  @Option(
      names = "--stop-timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Kills the container so long after SIGTERM (default: ${DEFAULT-VALUE}).")
  private int stopTimeout = 10;

  @Option(
      names = "--i-know",
      description = "Starts it even where options or mounts undo the sandbox.")
  private boolean accepted;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (privileged) {
      throw new UsageException(
          "A privileged container is no sandbox: it is root on the host; give it the one capability"
              + " it needs with --cap-add, or use \"docker run\"");
    }
    boolean terminal = tty == null ? SandboxRun.hasTerminal() : tty;
    RunRequest request =
        new RunRequest(
            image,
            command,
            options(),
            workspace.toAbsolutePath(),
            volumes.stream().map(HostMount::of).toList(),
            environment(),
            user == null,
            terminal,
            Duration.ofSeconds(stopTimeout),
            accepted);
    // Not System.in and System.out: they hold back, and do not tell that a pipe has been closed.
    InputStream in = new FileInputStream(FileDescriptor.in);
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    OutputStream err = new FileOutputStream(FileDescriptor.err);
    return new SandboxRun(progress()).run(request, in, out, err);
  }

  private SecurityOptions options() {
    SecurityOptions options =
        SecurityOptions.hardened()
            .withUsernsMode(userns)
            .withNetworkMode(network)
            .withSeccompProfile(seccomp)
            .withReadonlyRootfs(!writable);
    if (user != null) {
      options = options.withUser(user);
    }
    Limits limits = options.limits();
    if (memory != null) {
      limits = limits.withMemoryBytes(Limits.bytes(memory));
    }
    if (pids != null) {
      limits = limits.withPids(pids);
    }
    Set<String> capabilities = new LinkedHashSet<>(options.capAdd());
    capabilities.addAll(capAdd);
    return options.withLimits(limits).withCapAdd(capabilities);
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

  /** Says only what takes time and what must not be missed: the output is the container's. */
  private Progress progress() {
    return new Progress() {
      @Override
      public void step(String stage, String detail) {
        say(stage + " " + detail);
      }

      @Override
      public void done(String stage, String detail) {}

      @Override
      public void warn(String sentence) {
        say("warning: " + sentence);
      }
    };
  }

  private void say(String line) {
    if (spec != null) {
      spec.commandLine().getErr().println(line);
      spec.commandLine().getErr().flush();
    }
  }
}
