package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockDifference;
import ai.opencode.sandbox.lock.LockFile;
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
    LockFile now = relocked(builder, declared.images(), before, file);
    LockDifference difference =
        LockDifference.between(before.orElseGet(() -> LockFile.empty(now.upstream())), now);
    difference.toText().lines().forEach(line -> getLog().info(PlainText.line(line)));
    difference.requireForward();
    finish(file, before, now, difference);
  }

  private LockFile relocked(
      SandboxBuilder builder, List<ImageDefinition> images, Optional<LockFile> before, Path file)
      throws IOException {
    if (packages != null && !packages.isEmpty()) {
      LockFile old =
          before.orElseThrow(
              () ->
                  new LockException(
                      "There is no lock file "
                          + file
                          + " to update in part. Write it with: opencode-sandbox lock"));
      return builder.relock(images, old, packages).keepingPlatformsOf(old);
    }
    if (before.isEmpty()) {
      return builder.relock(images);
    }
    LockFile old = before.get();
    LockFile now = builder.relock(images, old);
    return old.upstream() == now.upstream() ? now.keepingPlatformsOf(old) : now;
  }

  private void finish(Path file, Optional<LockFile> before, LockFile now, LockDifference difference)
      throws IOException {
    if (check && !difference.isEmpty()) {
      throw new LockException(
          before.isEmpty()
              ? "There is no lock file " + file + ". Write it with: opencode-sandbox lock"
              : file + " is not up to date. Update it with: opencode-sandbox lock --update");
    }
    if (!check && (update || before.isEmpty())) {
      now.write(file);
      getLog().info(file + " written");
    } else if (!check && !difference.isEmpty()) {
      getLog().info("nothing written. Write the changes with -Dsandbox.lock.update.");
    } else {
      getLog().info(file + " is up to date");
    }
  }
}
