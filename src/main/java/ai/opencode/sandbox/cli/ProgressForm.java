package ai.opencode.sandbox.cli;

import java.io.PrintWriter;
import java.io.Writer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** The forms in which commands show progress. This is the only place that chooses one. */
enum ProgressForm {
  /** Each stage with its result, for commands that make something. */
  STAGES {
    @Override
    ShownProgress on(PrintWriter err, boolean terminal) {
      return new ConsoleProgress(err, terminal);
    }
  },
  /** Only pauses and what takes long, for commands whose output is short. */
  PAUSES {
    @Override
    ShownProgress on(PrintWriter err, boolean terminal) {
      return new ConsoleProgress(err, false);
    }
  },
  /** A line for each slow step at once, beside the output of a container. */
  LINES {
    @Override
    ShownProgress on(PrintWriter err, boolean terminal) {
      return new LineProgress(err, terminal ? "\r\n" : "\n");
    }
  };

  abstract ShownProgress on(PrintWriter err, boolean terminal);

  /**
   * Returns progress on the standard error of a command.
   *
   * @param command the command that is shown; null if this is not a command line
   */
  ShownProgress of(@Nullable CommandSpec command) {
    if (command == null) {
      return on(new PrintWriter(Writer.nullWriter()), false);
    }
    ShownProgress progress =
        on(
            command.commandLine().getErr(),
            Edition.of(command).console() && ConsoleProgress.isTerminal());
    return command.root().userObject() instanceof OpenCodeSandbox program
        ? program.keep(progress)
        : progress;
  }
}
