package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Builds images and sends them where they are wanted. */
@Command(
    name = "build",
    mixinStandardHelpOptions = true,
    description = "Builds images and sends them to a folder or a registry.")
final class BuildCommand implements Callable<Integer> {

  /** A cache with more damaged files than this is better deleted as a whole. */
  private static final int MOST_REPAIRS = 20;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "IMAGE",
      arity = "0..*",
      description = "base, developer or their full names; both when none is given.")
  private List<String> images = new ArrayList<>();

  @Option(
      names = "--to",
      paramLabel = "TARGET",
      split = ",",
      description = {
        "HOST/NAMESPACE/ (each image's name is added), HOST/NAME[:TAG], oci:FOLDER,",
        "oci-archive:FILE, docker-archive:FILE or docker-daemon:[NAME[:TAG]]; several at once.",
        "Default: oci:images"
      })
  private List<String> to = new ArrayList<>();

  @Option(
      names = "--registry",
      paramLabel = "HOST/NAMESPACE",
      description = "Also publish there, under each image's name.")
  private @Nullable String registry;

  @Mixin private Naming naming = new Naming();

  @Mixin private Inputs inputs = new Inputs();

  @Option(names = "--locked", description = "Fail rather than go beyond the lock file.")
  private boolean locked;

  @CommandLineOnly
  @Option(
      names = "--accept-archive-lock",
      description = {
        "Take an archive's word for where its content comes from, where there is no",
        "lock of your own. Counts on the command line only."
      })
  private boolean acceptArchiveLock;

  @CommandLineOnly
  @Option(
      names = "--allow-downgrade",
      description = {
        "Write the lock even where something in it goes back to an older version.",
        "Counts on the command line only."
      })
  private boolean allowDowngrade;

  @Option(
      names = "--strict-scripts",
      description = "Fail where a package has an installation script that is not known.")
  private boolean strictScripts;

  @Option(names = "--explain", description = "Say how each package travels, and why.")
  private boolean explain;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the results as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--results",
      paramLabel = "FOLDER",
      description = "Write NAME.digest and NAME.json for each image.")
  private @Nullable Path results;

  @Override
  public Integer call() throws IOException {
    CommandSpec command = Objects.requireNonNull(spec);
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    ConsoleProgress progress = new ConsoleProgress(err, ConsoleProgress.isTerminal());
    try {
      return build(progress, out);
    } finally {
      progress.finish();
    }
  }

  private int build(ConsoleProgress progress, PrintWriter out) throws IOException {
    List<ImageDefinition> definitions = ImageNames.definitions(images);
    List<Target> targets = targets();
    Publication publication = naming.publication();
    BuildSettings settings = settings(targets);
    requireUsable(targets, definitions.size(), settings.lockFile());
    inputs.connections().warnings().forEach(progress::warn);
    SandboxBuilder builder = new SandboxBuilder(settings, progress);
    builder.requireReachable(definitions, targets);
    List<BuiltImage> built = builder.build(definitions);
    List<String> places = new ArrayList<>();
    for (Target target : targets) {
      for (int repairs = 0; ; repairs++) {
        try {
          places.addAll(builder.send(built, target, publication));
          break;
        } catch (DamagedFileException e) {
          if (settings.offline() || repairs == MOST_REPAIRS) {
            throw e;
          }
          progress.warn(e.file() + " was not what its name says; it is fetched or made again");
          built = builder.build(definitions);
        }
      }
    }
    if (results != null) {
      ResultJson.writeEach(results, built);
    }
    if (json != null) {
      ResultJson.write(json, built);
    }
    progress.clear();
    if (explain) {
      built.forEach(image -> image.decisions().forEach(each -> out.println(PlainText.line(each))));
      out.println();
    }
    ResultTable.lines(built).forEach(out::println);
    progress.finish();
    new NextCommands(Path.of("").toAbsolutePath())
        .lines(places.get(places.size() - 1), built.get(built.size() - 1).name())
        .forEach(out::println);
    return 0;
  }

  /** What would fail at the end of a long build fails before it. */
  private void requireUsable(List<Target> targets, int count, @Nullable Path lockFile) {
    for (Target target : targets) {
      if (target instanceof Target.OciFolder oci) {
        requireWritable(oci.folder(), "--to");
      } else if (target instanceof Target.OciArchive archive) {
        requireFile(archive.file());
      } else if (target instanceof Target.DockerArchive archive) {
        requireFile(archive.file());
      } else if (count > 1 && isOneImage(target)) {
        throw new UsageException(
            target
                + " is one repository for "
                + count
                + " images; end it with / to have each image's name added, or build one image");
      }
    }
    if (lockFile != null && Files.isDirectory(lockFile)) {
      throw new UsageException(lockFile + " is a folder; name a file with --lock");
    }
    if (lockFile != null && !Files.exists(lockFile)) {
      requireWritable(folderOf(lockFile), "--lock");
    }
    if (results != null) {
      requireWritable(results, "--results");
    }
    if (json != null) {
      requireWritable(folderOf(json), "--json");
    }
  }

  private static boolean isOneImage(Target target) {
    return target instanceof Target.RegistryImage
        || (target instanceof Target.DockerDaemon daemon
            && !daemon.name().isEmpty()
            && !daemon.name().endsWith("/"));
  }

  private static void requireFile(Path file) {
    if (Files.isDirectory(file)) {
      throw new UsageException(file + " is a folder; name a file with --to");
    }
    requireWritable(folderOf(file), "--to");
  }

  private static Path folderOf(Path file) {
    return Objects.requireNonNullElse(file.getParent(), Path.of(""));
  }

  static void requireWritable(Path folder, String option) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      throw new UsageException(
          "Cannot write to "
              + folder
              + " ("
              + there
              + (Files.isDirectory(there) ? ": permission denied" : " is no folder")
              + "); choose another "
              + option);
    }
  }

  private List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    to.forEach(text -> targets.add(Target.of(text)));
    if (registry != null) {
      targets.add(Target.of(registry.endsWith("/") ? registry : registry + "/"));
    }
    if (to.isEmpty() && registry == null) {
      targets.add(Target.of("oci:images"));
    }
    return targets;
  }

  private BuildSettings settings(List<Target> targets) {
    UpstreamChoice choice = inputs.upstream();
    Optional<Target> remote = targets.stream().filter(BuildCommand::leavesThisMachine).findFirst();
    if (choice == UpstreamChoice.STAND_IN && remote.isPresent()) {
      throw new VerificationException(
          "Images made from the stand-in must not leave this machine: not sent to "
              + remote.get()
              + "; build with --upstream official or mirror");
    }
    if (choice == UpstreamChoice.STAND_IN && locked && inputs.lockFile() != null) {
      throw new LockException(
          "--locked, but the stand-in has no lock: it is made anew wherever it is used; leave"
              + " --locked out, or build with --upstream official or mirror");
    }
    BuildSettings settings =
        inputs
            .settings(Connections.registries(targets))
            .withLockFile(inputs.lockFile(), locked)
            .withAcceptArchiveLock(acceptArchiveLock)
            .withAllowDowngrade(allowDowngrade)
            .withStrictScripts(strictScripts);
    return choice == UpstreamChoice.AUTO && remote.isPresent() && !inputs.isMirror()
        ? settings.withUpstream(UpstreamChoice.OFFICIAL)
        : settings;
  }

  /** A registry that others can read gets official content, or none. */
  private static boolean leavesThisMachine(Target target) {
    return Connections.registries(List.of(target)).stream().anyMatch(each -> !each.isLoopback());
  }
}
