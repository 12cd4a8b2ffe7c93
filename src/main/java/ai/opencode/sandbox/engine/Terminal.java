package ai.opencode.sandbox.engine;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that this process was started from. Its line editing is switched off while a
 * container's terminal is behind it, or every key would be seen twice.
 */
public final class Terminal implements AutoCloseable {

  /** In characters. */
  record Size(int rows, int columns) {}

  private final String saved;
  private final Thread restoreAtExit = new Thread(this::restore, "restore-terminal");

  private Terminal(String saved) {
    this.saved = saved;
  }

  /** Present where both standard input and standard output are a terminal. */
  public static Optional<Terminal> attached() {
    // stty reports about its standard input, and its answer comes on the only stream left.
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

  /** Hands every key through, until this is closed. */
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
      // This process is ending; the hook restores once more, to the same.
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
