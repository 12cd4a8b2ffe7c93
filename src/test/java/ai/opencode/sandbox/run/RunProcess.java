package ai.opencode.sandbox.run;

import ai.opencode.sandbox.QuickProgram;
import ai.opencode.sandbox.cli.RunCommand;
import ai.opencode.sandbox.failure.SandboxException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** The command {@code run} in a process of its own, which can receive signals. */
final class RunProcess implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final BufferedReader output;

  private RunProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts the process with default signal handlers: a script that runs the tests in the background
   * ignores SIGINT, which a child would inherit.
   */
  static RunProcess start(String... arguments) throws IOException {
    return startBy(List.of(), arguments);
  }

  /** Starts it by another program, which is named first. */
  static RunProcess startBy(List<String> starter, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(starter);
    command.addAll(command(arguments));
    if (System.getProperty("os.name", "").equals("Linux")) {
      command.addAll(0, List.of("env", "--default-signal=HUP,INT,TERM"));
    }
    Process process = new ProcessBuilder(command).start();
    // After this time a caller that waits for a line gets the end of the output.
    CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    return new RunProcess(process);
  }

  /** Returns a command line that does the same. */
  static List<String> command(String... arguments) {
    return QuickProgram.commandOf(RunProcess.class, arguments);
  }

  public static void main(String[] arguments) {
    CommandLine run =
        new CommandLine(new RunCommand())
            .setExecutionExceptionHandler(
                (failure, command, result) -> {
                  if (!(failure instanceof SandboxException)) {
                    throw failure;
                  }
                  System.err.println(failure.getMessage());
                  return 2;
                });
    System.exit(run.execute(arguments));
  }

  /** Returns the next line of its output. */
  String line() throws IOException {
    return String.valueOf(output.readLine());
  }

  /**
   * @param signal name without {@code SIG}
   */
  void signal(String signal) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("sh", "-c", "kill -s " + signal + " " + process.pid()).start();
    if (kill.waitFor() != 0) {
      throw new IOException("cannot send " + signal);
    }
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("still running");
    }
    return process.exitValue();
  }

  /** Returns all of its standard error. */
  String errors() throws IOException {
    return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    output.close();
  }

  /** Returns a command as one argument of a shell. */
  static String quoted(List<String> command) {
    StringBuilder line = new StringBuilder();
    for (String word : command) {
      line.append('\'').append(word.replace("'", "'\\''")).append("' ");
    }
    return line.toString();
  }
}
