package ai.opencode.sandbox.run;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.time.Duration;
import java.util.List;

/**
 * The program that a container runs.
 *
 * @param command replaces the image's command; empty to keep that
 * @param environment {@code NAME=VALUE}
 * @param tty whether the container gets a terminal
 * @param stopTimeout time from SIGTERM or SIGHUP until it is killed
 */
@Api
public record ContainerProcess(
    List<String> command, List<String> environment, boolean tty, Duration stopTimeout) {

  /**
   * @throws UsageException if a variable has no name, or the time is negative
   */
  public ContainerProcess {
    command = List.copyOf(command);
    environment = List.copyOf(environment);
    for (String variable : environment) {
      if (variable.indexOf('=') < 1) {
        throw new UsageException(
            "\"" + variable + "\" does not set an environment variable. Use the form NAME=VALUE.");
      }
    }
    if (stopTimeout.isNegative()) {
      throw new UsageException(
          "The time until a container is killed cannot be negative. Use 0 or" + " more.");
    }
  }

  /** Returns the image's own command, without terminal, killed after ten seconds. */
  public static ContainerProcess standard() {
    return new ContainerProcess(List.of(), List.of(), false, Duration.ofSeconds(10));
  }

  public ContainerProcess withCommand(List<String> newCommand) {
    return new ContainerProcess(newCommand, environment, tty, stopTimeout);
  }

  public ContainerProcess withStopTimeout(Duration newStopTimeout) {
    return new ContainerProcess(command, environment, tty, newStopTimeout);
  }
}
