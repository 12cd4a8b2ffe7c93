package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What a user sees when something goes wrong: one sentence, and an exit code by its kind.
 *
 * @param cause shown with {@code --stacktrace}
 */
record Failure(int exitCode, String sentence, @Nullable Throwable cause) {

  private static final int INTERNAL = 1;
  private static final int USAGE = 2;

  private static final Map<Class<? extends SandboxException>, Integer> EXIT_CODES =
      Map.of(
          UsageException.class, USAGE,
          ResolutionException.class, 3,
          AuthenticationException.class, 4,
          NetworkException.class, 5,
          VerificationException.class, 6,
          LockException.class, 7);

  static Failure of(Exception exception) {
    if (exception instanceof SandboxException failure) {
      return new Failure(
          EXIT_CODES.getOrDefault(failure.getClass(), INTERNAL),
          String.valueOf(failure.getMessage()),
          exception);
    }
    if (exception instanceof FileSystemException file) {
      return new Failure(USAGE, sentence(file), exception);
    }
    if (exception instanceof IOException && isDiskFull(exception)) {
      return new Failure(USAGE, "The disk is full; free some space and run this again", exception);
    }
    return new Failure(
        INTERNAL,
        "Internal error ("
            + exception
            + "); run this again with --stacktrace and report what it shows",
        exception);
  }

  static Failure usage(ParameterException exception) {
    String hint = "see --help";
    if (exception instanceof UnmatchedArgumentException unmatched) {
      hint = "see " + unmatched.getCommandLine().getCommandSpec().qualifiedName() + " --help";
    }
    return new Failure(
        USAGE,
        String.valueOf(exception.getMessage()).lines().findFirst().orElse("") + "; " + hint,
        exception);
  }

  private static String sentence(FileSystemException exception) {
    String file = String.valueOf(exception.getFile());
    if (exception instanceof AccessDeniedException) {
      return file + ": permission denied; choose another place, or change its permissions";
    }
    if (exception instanceof NoSuchFileException) {
      return file + " does not exist";
    }
    if (isDiskFull(exception)) {
      return file + ": the disk is full; free some space and run this again";
    }
    String reason = exception.getReason();
    return file + ": " + (reason == null ? "cannot be used" : reason) + "; choose another place";
  }

  private static boolean isDiskFull(Exception exception) {
    return String.valueOf(exception.getMessage()).contains("No space left");
  }

  /** Prints it and returns the exit code. */
  int report(PrintWriter err, boolean stacktrace) {
    err.println("opencode-sandbox: " + sentence);
    if (stacktrace && cause != null) {
      cause.printStackTrace(err);
    }
    return exitCode;
  }
}
