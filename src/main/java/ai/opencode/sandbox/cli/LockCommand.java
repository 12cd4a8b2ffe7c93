package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockDifference;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Keeps the lock file up to date, and says what that changes. */
@Command(
    name = "lock",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the lock file where there is none; compares it with what the repositories have",
      "today where there is one."
    })
final class LockCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Mixin private Inputs inputs = new Inputs();

  @Option(names = "--update", description = "Write what the repositories have today.")
  private boolean update;

  @Option(
      names = "--check",
      description = "Fail with exit code 7 where the lock file is not up to date.")
  private boolean check;

  @Option(
      names = "--format",
      description = "text, or markdown for a pull request. Default: ${DEFAULT-VALUE}",
      defaultValue = "text")
  private String format = "text";

  @Override
  public Integer call() throws IOException {
    if (!format.equals("text") && !format.equals("markdown")) {
      throw new UsageException("\"" + format + "\" is not a format; use text or markdown");
    }
    if (check && update) {
      throw new UsageException("--check writes nothing, and --update writes; use one of them");
    }
    Path file = inputs.lockFile();
    if (file == null) {
      throw new UsageException("There is no folder layers here; name the lock file with --lock");
    }
    CommandSpec command = Objects.requireNonNull(spec);
    PrintWriter out = command.commandLine().getOut();
    ConsoleProgress progress =
        new ConsoleProgress(command.commandLine().getErr(), ConsoleProgress.isTerminal());
    Path folder = Files.createTempDirectory("opencode-sandbox-lock");
    Path fresh = folder.resolve("sandbox.lock.json");
    try {
      // Data hashes and diff IDs are known only of what has been fetched, so this is a build.
      new SandboxBuilder(inputs.settings().withLockFile(fresh, false), progress)
          .build(SandboxImages.all());
      progress.clear();
      return compare(file, fresh, out, progress);
    } finally {
      progress.clear();
      Files.deleteIfExists(fresh);
      Files.deleteIfExists(folder);
    }
  }

  private int compare(Path file, Path fresh, PrintWriter out, Progress progress)
      throws IOException {
    LockFile read =
        LockFile.read(fresh)
            .orElseThrow(
                () ->
                    new UsageException(
                        "The stand-in is not locked: it is made anew wherever it is used; use"
                            + " --upstream official or mirror"));
    Optional<LockFile> before = LockFile.read(file);
    LockFile now =
        before
            .filter(old -> old.upstream().equals(read.upstream()))
            .map(read::keepingPlatformsOf)
            .orElse(read);
    LockDifference difference =
        LockDifference.between(before.orElseGet(() -> LockFile.empty(now.upstream())), now);
    out.print(format.equals("markdown") ? difference.toMarkdown() : difference.toText());
    out.flush();
    if (check && !difference.isEmpty()) {
      throw new LockException(
          before.isEmpty()
              ? "There is no lock file " + file + "; write it with: opencode-sandbox lock"
              : file + " is not up to date; update it with: opencode-sandbox lock --update");
    }
    if (!check && (update || before.isEmpty())) {
      now.write(file);
      // Not on the standard output, which may be on its way into a pull request.
      progress.done("lock", file + " written");
    } else if (!check && !difference.isEmpty()) {
      progress.done("lock", "nothing written; --update does");
    }
    return 0;
  }
}
