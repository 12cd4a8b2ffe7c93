package ai.opencode.sandbox.failure;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * An exception of any kind in words for a user.
 *
 * @param kind the kind of failure; empty for an internal error
 * @param sentence what failed and why, and what to do
 */
public record Explanation(Optional<Class<? extends SandboxException>> kind, String sentence) {

  private static final List<Class<? extends SandboxException>> KINDS =
      List.of(
          UsageException.class,
          ResolutionException.class,
          AuthenticationException.class,
          NetworkException.class,
          VerificationException.class,
          LockException.class);

  private static Explanation usage(String sentence) {
    return new Explanation(Optional.of(UsageException.class), sentence);
  }

  private static Explanation network(String sentence) {
    return new Explanation(Optional.of(NetworkException.class), sentence);
  }

  private static Explanation internal(String sentence) {
    return new Explanation(Optional.empty(), sentence);
  }

  /** Explains an exception. Of several mistakes, the sentence is about all of them. */
  public static Explanation of(Throwable exception) {
    if (exception instanceof UsageException several && !several.mistakes().isEmpty()) {
      return usage(String.valueOf(several.getMessage()).lines().findFirst().orElse(""));
    }
    if (exception instanceof SandboxException failure) {
      return new Explanation(kind(failure), withRemedy(failure));
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
      return internal("Java ran out of memory. Give it more with JAVA_TOOL_OPTIONS=-Xmx2g.");
    }
    return unexpected(exception);
  }

  private static Explanation of(LinkageError error) {
    try {
      return of(OptionalLibrary.failure(error));
    } catch (LinkageError other) {
      return unexpected(other);
    }
  }

  private static Explanation unexpected(Throwable exception) {
    return internal(
        "Internal error ("
            + UserInfo.cutFrom(exception.toString())
            + "). Please report it with the output of --stacktrace.");
  }

  private static Optional<Class<? extends SandboxException>> kind(SandboxException failure) {
    return KINDS.stream().filter(kind -> kind.isInstance(failure)).findFirst();
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

  private static Explanation of(IOException exception) {
    if (String.valueOf(exception.getMessage()).contains("No space left")) {
      String file = exception instanceof FileSystemException system ? system.getFile() : null;
      return usage(
          (file == null ? "T" : file + ": t")
              + "he disk is full. Free some space and run this again.");
    }
    if (exception instanceof FileSystemException file) {
      return usage(sentence(file));
    }
    if (exception instanceof FileNotFoundException) {
      return usage("Cannot open " + exception.getMessage() + ". Check the name.");
    }
    if (exception instanceof UnknownHostException) {
      return network("Unknown host " + exception.getMessage() + ". Check the name.");
    }
    if (exception instanceof SocketException
        || exception instanceof SSLException
        || exception instanceof HttpTimeoutException) {
      return network("No connection (" + FileFault.of(exception) + "). Check the network.");
    }
    return internal(
        "Reading or writing failed ("
            + FileFault.of(exception)
            + "). Find the place with --stacktrace.");
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
}
