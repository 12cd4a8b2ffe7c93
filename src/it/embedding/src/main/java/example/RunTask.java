package example;

import ai.opencode.sandbox.Sandbox;
import ai.opencode.sandbox.run.RunRequest;
import ai.opencode.sandbox.run.RunResult;
import ai.opencode.sandbox.run.RunStreams;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Runs a command in a hardened container. */
public final class RunTask {

  private RunTask() {}

  /** Runs the tests of a project. */
  public static void main(String[] arguments) throws Exception {
    String image = "oci:target/images:opencode-sandbox-developer";
    System.out.println(run(image, Path.of(arguments[0]), List.of("npm", "test")));
  }

  public static String run(String image, Path directory, List<String> command) throws Exception {
    var out = new ByteArrayOutputStream();
    var task = RunRequest.of(image).withWorkspace(directory).withCommand(command);
    task = task.withTimeout(Duration.ofMinutes(5)).withStreams(RunStreams.none().withOut(out));
    RunResult result = Sandbox.run(task);
    return result.exitCode() + (result.timedOut() ? " (timeout)\n" : "\n") + out;
  }
}
