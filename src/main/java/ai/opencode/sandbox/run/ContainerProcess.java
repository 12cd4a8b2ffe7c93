package ai.opencode.sandbox.run;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The program that a container runs.
 *
 * @param command the command and its arguments; empty for the image's own command
 * @param environment the environment variables, in the form {@code NAME=VALUE}; the last value of a
 *     name counts
 * @param tty whether the container gets a terminal
 * @param workingDirectory an absolute path in the container; null for the image's own
 * @param times the times after which the container is ended
 */
@Api
public record ContainerProcess(
    List<String> command,
    List<String> environment,
    boolean tty,
    @Nullable String workingDirectory,
    TimeLimits times) {

  /**
   * Creates a process.
   *
   * @throws UsageException if a variable or the working directory is malformed
   */
  public ContainerProcess {
    command = List.copyOf(command);
    environment = List.copyOf(environment);
    if (workingDirectory != null) {
      new WorkingDirectory(workingDirectory);
    }
    for (String variable : environment) {
      String problem = Variables.problem(variable);
      if (problem != null) {
        int equals = variable.indexOf('=');
        throw new UsageException(
            "\""
                + (equals < 0 ? variable : variable.substring(0, equals))
                + "\" does not set an environment variable, because it "
                + problem
                + ". Use the form NAME=VALUE.");
      }
    }
  }

  /** Returns a process with the image's own command, without terminal and without timeout. */
  public static ContainerProcess standard() {
    return new ContainerProcess(List.of(), List.of(), false, null, TimeLimits.standard());
  }

  public ContainerProcess withCommand(List<String> newCommand) {
    return new ContainerProcess(newCommand, environment, tty, workingDirectory, times);
  }

  public ContainerProcess withEnvironment(List<String> newEnvironment) {
    return new ContainerProcess(command, newEnvironment, tty, workingDirectory, times);
  }

  public ContainerProcess withTty(boolean newTty) {
    return new ContainerProcess(command, environment, newTty, workingDirectory, times);
  }

  public ContainerProcess withWorkingDirectory(@Nullable String newWorkingDirectory) {
    return new ContainerProcess(command, environment, tty, newWorkingDirectory, times);
  }

  public ContainerProcess withTimes(TimeLimits newTimes) {
    return new ContainerProcess(command, environment, tty, workingDirectory, newTimes);
  }
}
