package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A key of GnuPG that signs, in a directory of its own.
 *
 * @param armored the secret key as text
 */
record AGpgKey(Path home, String armored) implements Closeable {

  static AGpgKey in(Path directory, String passphrase) throws IOException {
    Path home = Files.createDirectories(directory);
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    // The last word says that it never expires: some tests run on another day.
    gpg(home, "--passphrase", passphrase, "--quick-gen-key", "someone", "rsa2048", "sign", "0");
    return new AGpgKey(
        home, gpg(home, "--passphrase", passphrase, "--armor", "--export-secret-keys"));
  }

  /** Requires that the file beside a file, with the suffix of signatures, is its signature. */
  void requireSigned(Path file) {
    assertThat(gpg(home, "--verify", file + ".asc", file.toString())).contains("Good signature");
  }

  private static String gpg(Path home, String... arguments) {
    List<String> command = new ArrayList<>(List.of("gpg", "--homedir", home.toString(), "--batch"));
    command.addAll(List.of("--pinentry-mode", "loopback"));
    command.addAll(List.of(arguments));
    return printed(command);
  }

  private static String printed(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(text).isZero();
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Ends the agent that gpg has started for the directory. */
  @Override
  public void close() {
    printed(List.of("gpgconf", "--homedir", home.toString(), "--kill", "all"));
  }
}
