package ai.opencode.sandbox.engine;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that this process was started from. Echo and line editing are switched off while it
 * shows a container's terminal, which does both itself.
 */
public final class Terminal implements AutoCloseable {

  /** The size of a terminal, in characters. */
  record Size(int rows, int columns) {}

  /** The settings before {@link #makeRaw}, as {@code stty -g} prints them. */
  private final String saved;

  private final Thread restoreAtExit = new Thread(this::restore, "restore-terminal");

  private Terminal(String saved) {
    this.saved = saved;
  }

  /** Returns the terminal if both standard input and standard output are one; empty otherwise. */
  public static Optional<Terminal> attached() {
    // stty examines its standard input, and standard output is tested: stderr carries the answer.
    return ask(Redirect.INHERIT, "test -t 0 && test -t 1 && stty -g >&2")
        .filter(text -> text.matches("[0-9a-zA-Z:=;]+"))
        .map(Terminal::new);
  }

  Optional<Size> size() {
    return ask(Redirect.INHERIT, "stty size >&2")
        .map(text -> text.split(" ", -1))
        .filter(parts -> parts.length == 2)
        .filter(parts -> parts[0].matches("\\d{1,5}") && parts[1].matches("\\d{1,5}"))
        .map(parts -> new Size(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
  }

  /** Passes every key on unchanged until this is closed. */
  void makeRaw() {
    Runtime.getRuntime().addShutdownHook(restoreAtExit);
    ask(Redirect.INHERIT, "stty raw -echo");
  }

  private void restore() {
    ask(Redirect.INHERIT, "stty " + saved);
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(restoreAtExit);
    } catch (IllegalStateException e) {
      // This process is ending; the hook restores the same settings again.
    }
  }

  private static Optional<String> ask(Redirect output, String script) {
    try {
      Process process =
          new ProcessBuilder(List.of("sh", "-c", script))
              .redirectInput(Redirect.INHERIT)
              .redirectOutput(output)
              .start();
      byte[] answer = process.getErrorStream().readNBytes(4096);
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      return process.exitValue() == 0
          ? Optional.of(new String(answer, StandardCharsets.US_ASCII).strip())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
