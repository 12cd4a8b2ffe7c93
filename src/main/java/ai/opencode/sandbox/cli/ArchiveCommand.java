package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.build.Archived;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.WritablePlace;
import ai.opencode.sandbox.report.ByteSize;
import ai.opencode.sandbox.upstream.ArchivePlace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code lock archive}: copies everything that the lock file names, for later use. */
@Command(
    name = "archive",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Writes everything that the lock file names into a directory or a registry.",
      "build --upstream PLACE --offline makes the same images from it."
    })
final class ArchiveCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "PLACE",
      description = {
        "A directory, or HOST/NAME[:TAG]. Files of an older archive in the directory",
        "are not fetched again."
      })
  private String place = "";

  @Mixin private Inputs inputs = new Inputs();

  @Override
  public Integer call() throws IOException {
    CommandSpec command = Objects.requireNonNull(spec);
    try (ShownProgress progress = ProgressForm.STAGES.of(command)) {
      ArchivePlace to = ArchivePlace.of(place);
      if (to instanceof ArchivePlace.Directory directory) {
        WritablePlace.requireDirectory(directory.path(), "the argument PLACE");
      }
      Path file = inputs.requiredLockFile();
      BuildSettings settings = inputs.settings(registries(to)).withLockFile(file, false);
      LockFile lock = LockFile.read(file).orElse(null);
      List<ImageDefinition> definitions = Edition.images(command).locked(lock);
      if (lock != null) {
        definitions =
            definitions.stream().filter(each -> lock.images().contains(each.name())).toList();
        if (definitions.isEmpty()) {
          throw new LockException(
              file
                  + " names none of this program's images. Write it with: "
                  + command.parent().qualifiedName());
        }
        if (!inputs.namesPlatforms()) {
          settings = settings.withPlatforms(lock.platforms());
        }
      }
      Archived archived = new SandboxBuilder(settings, progress).archive(definitions, to);
      progress.clear();
      command.commandLine().getOut().println(line(archived));
      progress.summarize();
      return 0;
    }
  }

  /** Returns a line that begins with the place as {@code --upstream} takes it. */
  static String line(Archived archive) {
    StringBuilder line = new StringBuilder();
    line.append(archive.place()).append('@').append(archive.digest());
    line.append(": ").append(archive.files()).append(" files, ");
    line.append(ByteSize.megabytes(archive.bytes()));
    archive.sentBlobs().ifPresent(blobs -> line.append(", ").append(blobs).append(" blobs sent"));
    return line.toString();
  }

  private static List<String> registries(ArchivePlace place) {
    return place instanceof ArchivePlace.InRegistry repository
        ? List.of(repository.reference().registry())
        : List.of();
  }
}
