package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.build.InputSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.file.SandboxFile;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockDifference;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockUpdate;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.ShellWord;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.upstream.BasePin;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code lock}: writes or updates the lock file, and shows the differences. */
@Command(
    name = "lock",
    mixinStandardHelpOptions = true,
    subcommands = ArchiveCommand.class,
    description =
        "Writes the lock file if there is none; otherwise compares it with today's content of the"
            + " repositories.")
final class LockCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "PACKAGE",
      arity = "0..*",
      description =
          "With --update: only these, and packages that must change with them. Default: all.")
  private List<String> packages = new ArrayList<>();

  @Mixin private Inputs inputs = new Inputs();

  @Option(names = "--update", description = "Write today's content of the repositories.")
  private boolean update;

  @Option(
      names = "--check",
      description = "Fail with exit code 7 if the lock file is not up to date.")
  private boolean check;

  @Option(
      names = "--base-image",
      description =
          "With --update, in a checkout of this program: the base image that its tag names today."
              + " The file base-image.txt beside the lock is written too; a program that is built"
              + " from the checkout has this base.")
  private boolean baseImage;

  @CommandLineOnly
  @Option(
      names = "--allow-downgrade",
      description =
          "Write the lock even if something in it goes back to an older version, or"
              + " changes without a new version. Accepted on the command line only.")
  private boolean allowDowngrade;

  @CommandLineOnly
  @Option(
      names = "--accept-archive-lock",
      description =
          "Trust an archive's statement of where its content comes from. Accepted on the"
              + " command line only.")
  private boolean acceptArchiveLock;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "text, or markdown for a pull request. Default: ${DEFAULT-VALUE}",
      defaultValue = "text")
  private String format = "text";

  @Override
  public Integer call() throws IOException {
    if (!format.equals("text") && !format.equals("markdown")) {
      throw new UsageException("\"" + format + "\" is not a format. Use text or markdown.");
    }
    if (check && update) {
      throw new UsageException("--check only compares, and --update writes. Use one of them.");
    }
    if (!packages.isEmpty() && !update) {
      throw new UsageException(
          "Packages ("
              + String.join(", ", packages)
              + ") are named, but they are not to be updated. Add --update, or leave them out."
              + nearestCommand());
    }
    if (baseImage) {
      requirePinnedBase();
    }
    Path file = inputs.requiredLockFile();
    CommandSpec command = Objects.requireNonNull(spec);
    PrintWriter out = command.commandLine().getOut();
    try (ShownProgress progress = ProgressForm.STAGES.of(command)) {
      Optional<LockFile> before = LockFile.read(file);
      BuildSettings settings = inputs.settings().withAcceptArchiveLock(acceptArchiveLock);
      Optional<BasePin> pin =
          baseImage
              ? Optional.of(BasePin.read(pinFile(file)).newest(settings.registries()))
              : Optional.empty();
      if (pin.isPresent()) {
        settings = from(pin.get(), settings);
      }
      SandboxBuilder builder = new SandboxBuilder(settings, progress);
      LockUpdate change = LockUpdate.of(file, before, relocked(builder, before, file));
      progress.clear();
      finish(change, out, progress);
      if (pin.isPresent()) {
        pin.get().write(pinFile(file));
      }
      progress.summarize();
      return 0;
    }
  }

  private void requirePinnedBase() {
    if (!update || !packages.isEmpty()) {
      throw new UsageException(
          "--base-image updates the base image together with all packages. Use it with --update, and"
              + " name no packages.");
    }
    if (inputs.hasOwnBase()) {
      throw new UsageException(
          "--base-image updates this program's own base image, and --base names another. Leave one of"
              + " them out.");
    }
  }

  private static Path pinFile(Path lock) {
    return lock.resolveSibling(BasePin.FILE);
  }

  /** Returns the settings of a program that is pinned to this base image. */
  private static BuildSettings from(BasePin pin, BuildSettings settings) {
    InputSettings inputs = settings.inputs();
    boolean official =
        inputs.upstream() == UpstreamChoice.AUTO
            && inputs.repositories().isEmpty()
            && inputs.keys().isEmpty();
    return settings
        .withBase(pin.base())
        .withUpstream(official ? UpstreamChoice.OFFICIAL : inputs.upstream());
  }

  /** Returns a question about a misspelt command, which is taken for a package. */
  private String nearestCommand() {
    List<String> nearest =
        new UnmatchedArgumentException(
                Objects.requireNonNull(spec).commandLine(), List.of(packages.get(0)))
            .getSuggestions();
    return nearest.isEmpty()
        ? ""
        : " Or did you mean "
            + Objects.requireNonNull(spec).qualifiedName()
            + " "
            + String.join(" or ", nearest)
            + "?";
  }

  private LockFile relocked(SandboxBuilder builder, Optional<LockFile> before, Path file)
      throws IOException {
    List<ImageDefinition> definitions = images().locked(before.orElse(null));
    if (!packages.isEmpty()) {
      LockFile old = LockUpdate.requirePresent(file, before, again(file));
      return builder.relock(definitions, old, Set.copyOf(packages));
    }
    return before.isPresent()
        ? builder.relock(definitions, before.get())
        : builder.relock(definitions);
  }

  private ImageNames images() {
    return Edition.images(Objects.requireNonNull(spec));
  }

  private void finish(LockUpdate change, PrintWriter out, Progress progress) throws IOException {
    LockDifference difference = change.difference();
    out.print(format.equals("markdown") ? difference.toMarkdown() : difference.toText());
    out.flush();
    if (!allowDowngrade) {
      difference.requireForward();
    }
    if (check) {
      change.requireUpToDate(again(change.file()));
      progress.done(Stage.LOCK, change.file() + " is up to date");
      return;
    }
    // Not on standard output, which is often redirected into a pull request's text.
    progress.done(
        Stage.LOCK,
        switch (change.write(update)) {
          case WRITTEN -> change.file() + " written";
          case LEFT -> "nothing written. Write the changes with --update.";
          case UP_TO_DATE -> change.file() + " is up to date";
        });
  }

  /** Returns this command for the same file; the user adds options such as --upstream again. */
  private String again(Path file) {
    CommandSpec command = Objects.requireNonNull(spec);
    Edition edition = Edition.of(command);
    Optional<Path> definitions = Optional.ofNullable(edition.file()).map(SandboxFile::path);
    boolean standard = file.equals(Inputs.DEFAULT_LOCK) || file.equals(edition.defaults().lock());
    return command.qualifiedName()
        + definitions
            .filter(each -> !each.equals(Path.of(SandboxFile.NAME)))
            .map(each -> " --file " + ShellWord.of(each.toString()))
            .orElse("")
        + (standard ? "" : " --lock " + ShellWord.of(file.toString()));
  }
}
