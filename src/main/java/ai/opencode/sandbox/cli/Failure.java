package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.OptionalLibrary;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.UserInfo;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.PlainText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * A failed command as the user sees it: a message, and the exit code for its kind.
 *
 * @param exitCode the process's exit code, from 1 to 7
 * @param sentence the message, without control characters
 * @param cause the exception, shown with {@code --stacktrace}
 */
record Failure(int exitCode, String sentence, Throwable cause) {

  Failure {
    sentence = PlainText.line(sentence);
  }

  private static final int INTERNAL = 1;
  private static final int USAGE = 2;
  private static final int NETWORK = 5;

  private static final Map<Class<? extends SandboxException>, Integer> EXIT_CODES =
      Map.of(
          UsageException.class, USAGE,
          ResolutionException.class, 3,
          AuthenticationException.class, 4,
          NetworkException.class, NETWORK,
          VerificationException.class, 6,
          LockException.class, 7);

  static Failure of(Throwable exception) {
    if (exception instanceof UsageException several && !several.mistakes().isEmpty()) {
      String summary = String.valueOf(several.getMessage()).lines().findFirst().orElse("");
      return new Failure(USAGE, summary, exception);
    }
    if (exception instanceof SandboxException failure) {
      return new Failure(exitCode(failure), withRemedy(failure), exception);
    }
    if (exception instanceof UncheckedIOException
        && exception.getCause() instanceof IOException io) {
      return of(io);
    }
    if (exception instanceof IOException io) {
      return of(io);
    }
    if (exception instanceof LinkageError error) {
      return of(error);
    }
    if (exception instanceof OutOfMemoryError) {
      return new Failure(
          INTERNAL,
          "Java ran out of memory. Give it more with JAVA_TOOL_OPTIONS=-Xmx2g.",
          exception);
    }
    return internal(exception);
  }

  private static Failure of(LinkageError error) {
    try {
      return of(OptionalLibrary.failure(error));
    } catch (LinkageError other) {
      return internal(other);
    }
  }

  private static Failure internal(Throwable exception) {
    return new Failure(
        INTERNAL,
        "Internal error ("
            + UserInfo.cutFrom(exception.toString())
            + "). Please report it with the output of --stacktrace.",
        exception);
  }

  /**
   * Returns an exception's message. Messages about malformed content only name the defect, because
   * the code that reads a format does not know the source; these get a remedy here.
   */
  private static String withRemedy(SandboxException failure) {
    String message = String.valueOf(failure.getMessage());
    if (message.endsWith(".") || message.endsWith(".)")) {
      return message;
    }
    if (failure instanceof VerificationException) {
      return message + ". Replace it by an intact copy, or use another source.";
    }
    return failure instanceof NetworkException ? message + ". Try again later." : message;
  }

  private static int exitCode(SandboxException failure) {
    return EXIT_CODES.entrySet().stream()
        .filter(kind -> kind.getKey().isInstance(failure))
        .findFirst()
        .map(Map.Entry::getValue)
        .orElse(INTERNAL);
  }

  private static Failure of(IOException exception) {
    if (String.valueOf(exception.getMessage()).contains("No space left")) {
      String file = exception instanceof FileSystemException system ? system.getFile() : null;
      return new Failure(
          USAGE,
          (file == null ? "T" : file + ": t")
              + "he disk is full. Free some space and run this again.",
          exception);
    }
    if (exception instanceof FileSystemException file) {
      return new Failure(USAGE, sentence(file), exception);
    }
    if (exception instanceof FileNotFoundException) {
      return new Failure(
          USAGE, "Cannot open " + exception.getMessage() + ". Check the name.", exception);
    }
    if (exception instanceof UnknownHostException) {
      return new Failure(
          NETWORK, "Unknown host " + exception.getMessage() + ". Check the name.", exception);
    }
    if (exception instanceof SocketException
        || exception instanceof SSLException
        || exception instanceof HttpTimeoutException) {
      return new Failure(
          NETWORK, "No connection (" + message(exception) + "). Check the network.", exception);
    }
    return new Failure(
        INTERNAL,
        "Reading or writing failed (" + message(exception) + "). Find the place with --stacktrace.",
        exception);
  }

  private static String message(IOException exception) {
    return exception.getMessage() == null
        ? exception.getClass().getSimpleName()
        : exception.getMessage();
  }

  private static String sentence(FileSystemException exception) {
    String file = String.valueOf(exception.getFile());
    if (exception instanceof AccessDeniedException) {
      return file + ": permission denied. Choose another place, or change its permissions.";
    }
    if (exception instanceof NoSuchFileException) {
      return file + " does not exist. Check the name.";
    }
    if (exception instanceof FileAlreadyExistsException) {
      return file + " exists and is not a directory. Choose another place.";
    }
    String reason = exception.getReason();
    return file + ": " + (reason == null ? "cannot be used" : reason) + ". Choose another place.";
  }

  static Failure usage(ParameterException exception) {
    String command = exception.getCommandLine().getCommandSpec().qualifiedName();
    String message =
        UserInfo.cutFromArguments(
            String.valueOf(exception.getMessage()).lines().findFirst().orElse(""));
    if (exception instanceof UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().get(0);
      if (!exception.getCommandLine().getSubcommands().isEmpty() && !word.startsWith("-")) {
        message = UserInfo.cutFromArguments("There is no command \"" + word + "\"");
      }
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        message += ". Did you mean " + String.join(" or ", suggestions) + "?";
        return new Failure(USAGE, message + " See " + command + " --help", exception);
      }
    }
    String end = message.endsWith(".") ? " " : ". ";
    return new Failure(USAGE, message + end + "See " + command + " --help", exception);
  }

  /** Returns this failure with a program's name in the commands that the message suggests. */
  Failure in(String program) {
    return new Failure(
        exitCode, sentence.replace(Edition.PRODUCT + " lock", program + " lock"), cause);
  }

  /** Returns the lines that follow the message, without control characters. */
  List<String> details() {
    return cause instanceof UsageException several
        ? several.mistakes().stream().map(PlainText::line).toList()
        : List.of();
  }

  /**
   * Prints the message, and on request the stack trace.
   *
   * @param program the name of the program that failed
   */
  void report(String program, PrintWriter err, boolean stacktrace) {
    err.println(program + ": " + sentence);
    details().forEach(err::println);
    if (stacktrace) {
      cause.printStackTrace(err);
    }
    err.flush();
  }
}
