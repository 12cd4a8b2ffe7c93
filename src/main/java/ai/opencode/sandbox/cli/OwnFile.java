package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.definition.file.SandboxFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options for the file of one's own images. {@link FileEdition} reads their values before the
 * command line is parsed, because the file has values for other options.
 */
final class OwnFile {

  /** The names of the options, without hyphens. */
  static final String FILE = "file";

  static final String ALLOW_OUTSIDE = "allow-outside";

  @Option(
      names = "--" + FILE,
      paramLabel = "FILE",
      description = {
        "File with images of your own and their settings. Options precede what it says.",
        "Default: " + SandboxFile.NAME + ", if it is in the current directory"
      })
  private @Nullable Path file;

  @CommandLineOnly
  @Option(
      names = "--" + ALLOW_OUTSIDE,
      description =
          "Let the file name files outside of its directory. Accepted on the command line only.")
  private boolean allowOutside;
}
