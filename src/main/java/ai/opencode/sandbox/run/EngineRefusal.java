package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.failure.UsageException;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The translation of an engine's refusal to create or start a container into an error that names
 * the option of the request to change.
 */
final class EngineRefusal {

  private EngineRefusal() {}

  /**
   * Returns the error. It is chosen by words in the engine's message, because engines use the same
   * status for many causes.
   */
  static RuntimeException of(RunRequest request, DockerException cause) {
    String reason = Engine.reason(cause);
    String message = ofOption(request, reason, reason.toLowerCase(Locale.ROOT));
    if (message != null) {
      return new UsageException(message, cause);
    }
    return cause instanceof NotFoundException || cause instanceof BadRequestException
        ? new UsageException(
            "The engine cannot start "
                + request.image()
                + ": "
                + reason
                + ". Correct the options or the command.",
            cause)
        : Engine.refused("run " + request.image(), cause);
  }

  /** Returns the message about the option that the engine refuses; null if none is known. */
  private static @Nullable String ofOption(RunRequest request, String reason, String words) {
    String name = request.engine().name();
    if (name != null && words.contains("container name") && words.contains("already in use")) {
      return "The engine already has a container with the name "
          + name
          + ". Use another name, or remove that container with \"docker rm\".";
    }
    if (!request.engine().ports().isEmpty() && ofPort(words)) {
      return "The engine cannot publish a port (" + reason + "). Use another port or address.";
    }
    if (request.options().allowedHosts() != null && reason.contains(Outlet.SOCKET_NAME)) {
      return Outlet.unreachable(reason);
    }
    String directory = request.process().workingDirectory();
    boolean ofDirectory =
        directory != null
            && reason.contains(directory)
            && Stream.of("workdir", "working directory", "chdir", "mkdir", "not a directory")
                .anyMatch(words::contains);
    if (ofDirectory) {
      return "The container cannot work in "
          + directory
          + " ("
          + reason
          + "). Use another working directory.";
    }
    String runtime = request.engine().runtime();
    if (runtime != null && words.contains("runtime")) {
      return "The engine cannot start a container with the runtime "
          + runtime
          + " ("
          + reason
          + "). Install that runtime, or use another one.";
    }
    return null;
  }

  private static boolean ofPort(String words) {
    return Stream.of("already allocated", "address already in use", "cannot assign requested")
            .anyMatch(words::contains)
        || (words.contains("permission denied")
            && Stream.of("bind", "listen", "expose").anyMatch(words::contains));
  }
}
