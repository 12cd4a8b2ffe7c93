package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockDifference;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockUpdate;
import ai.opencode.sandbox.report.PlainText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.NullUnmarked;

/**
 * Writes the lock file if there is none; otherwise compares it with today's content of the
 * repositories.
 */
@Mojo(name = "lock", threadSafe = true)
@NullUnmarked
public final class LockMojo extends InputsMojo {

  private static final String AGAIN = "opencode-sandbox lock";

  /** Write today's content of the repositories. */
  @Parameter(property = "sandbox.lock.update", defaultValue = "false")
  private boolean update;

  /** Fail if the lock file is not up to date. */
  @Parameter(property = "sandbox.lock.check", defaultValue = "false")
  private boolean check;

  /** With update: only these packages, and those that must change with them. Default: all. */
  @Parameter(property = "sandbox.lock.packages")
  private Set<String> packages;

  @Override
  void run(MavenProgress progress) throws IOException {
    if (check && update) {
      throw new UsageException(
          "sandbox.lock.check only compares, and sandbox.lock.update writes. Set one of them.");
    }
    if (packages != null && !packages.isEmpty() && !update) {
      throw new UsageException(
          "Packages ("
              + String.join(", ", packages)
              + ") are named, but they are not to be updated. Set sandbox.lock.update, or leave"
              + " them out.");
    }
    Declared declared = declared();
    Path file = lock(declared);
    Optional<LockFile> before = LockFile.read(file);
    SandboxBuilder builder = new SandboxBuilder(settings(declared), progress);
    LockUpdate change =
        LockUpdate.of(file, before, relocked(builder, declared.images(), before, file));
    LockDifference difference = change.difference();
    difference.toText().lines().forEach(line -> getLog().info(PlainText.line(line)));
    difference.requireForward();
    finish(change);
  }

  private LockFile relocked(
      SandboxBuilder builder, List<ImageDefinition> images, Optional<LockFile> before, Path file)
      throws IOException {
    if (packages != null && !packages.isEmpty()) {
      return builder.relock(images, LockUpdate.requirePresent(file, before, AGAIN), packages);
    }
    return before.isPresent() ? builder.relock(images, before.get()) : builder.relock(images);
  }

  private void finish(LockUpdate change) throws IOException {
    if (check) {
      change.requireUpToDate(AGAIN);
      getLog().info(change.file() + " is up to date");
      return;
    }
    getLog()
        .info(
            switch (change.write(update)) {
              case WRITTEN -> change.file() + " written";
              case LEFT -> "nothing written. Write the changes with -Dsandbox.lock.update.";
              case UP_TO_DATE -> change.file() + " is up to date";
            });
  }
}
