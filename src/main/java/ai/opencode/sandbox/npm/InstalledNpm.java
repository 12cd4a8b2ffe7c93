package ai.opencode.sandbox.npm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The npm that is installed on this machine, which also reads settings from places that only it
 * knows.
 */
final class InstalledNpm {

  static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_ANSWER = 4096;

  private final Path npm;
  private final NpmSettings inputs;
  private final Duration timeout;

  InstalledNpm(Path npm, NpmSettings inputs, Duration timeout) {
    this.npm = npm;
    this.inputs = inputs;
    this.timeout = timeout;
  }

  /** Returns the answer of {@code npm config get registry}; empty if npm fails or is too slow. */
  Optional<String> registry() {
    ProcessBuilder builder =
        new ProcessBuilder(npm.toString(), "config", "get", "registry")
            // Not the project's directory: its .npmrc has been read already, by stricter rules than
            // npm's.
            .directory(inputs.home().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(inputs.environment());
    environment.put("HOME", inputs.home().toString());
    try {
      return answer(builder.start());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<String> answer(Process process) {
    try {
      // Read on another thread, so that a program that never closes its output cannot exceed the
      // time limit.
      CompletableFuture<byte[]> answer =
          CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
      byte[] bytes = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (!process.waitFor(1, TimeUnit.SECONDS) || process.exitValue() != 0) {
        return Optional.empty();
      }
      String text = new String(bytes, StandardCharsets.UTF_8).strip();
      return text.startsWith("http") ? Optional.of(text) : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static byte[] read(InputStream out) {
    try (out) {
      return out.readNBytes(MAX_ANSWER);
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
