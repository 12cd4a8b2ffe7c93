package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that inflates a large archive, and is ended or refuses the archive. */
@Timeout(120)
class VerifyKilledTest {

  private static final int BYTES = 200 << 20;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void leavesNothingBehindWhenItIsEnded(String signal) throws Exception {
    Path archive = directory.resolve("image.tar.gz");
    write(archive, new Random(1));
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    Process process = verify(archive, temporary);
    while (files(temporary).size() < 2) {
      assertThat(process.isAlive()).isTrue();
      Thread.sleep(5);
    }

    new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isGreaterThan(128);
    assertThat(files(temporary)).isEmpty();
  }

  @Test
  void stopsIfAnArchiveInflatesToFarMoreThanItsSize() throws Exception {
    Path archive = directory.resolve("image.tar.gz");
    write(archive, null);
    Path temporary = Files.createDirectory(directory.resolve("tmp"));

    Process process = verify(archive, temporary);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isEqualTo(6);
    assertThat(errors).contains("image.tar.gz: longer than the allowed").contains(" bytes");
    assertThat(files(temporary)).isEmpty();
  }

  private static Process verify(Path archive, Path temporary) throws IOException {
    // A program that a shell starts in the background ignores SIGINT, and so would its children.
    return new ProcessBuilder(
            "env",
            "--default-signal=HUP,INT,TERM",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Djava.io.tmpdir=" + temporary,
            "-cp",
            System.getProperty("java.class.path"),
            OpenCodeSandbox.class.getName(),
            "verify",
            "docker-archive:" + archive)
        .start();
  }

  /** Writes an image with one layer, of random bytes or of zeros. */
  private static void write(Path archive, @Nullable Random noise) throws IOException {
    byte[] block = new byte[1 << 20];
    try (OutputStream out =
            new BufferedOutputStream(
                new GZIPOutputStream(Files.newOutputStream(archive)) {
                  {
                    def.setLevel(noise == null ? 9 : 0);
                  }
                });
        TarWriter tar = new TarWriter(out)) {
      for (int i = 0; i < BYTES / block.length; i++) {
        if (noise != null) {
          noise.nextBytes(block);
        }
        tar.write(new TarEntry.File("layer" + i, Attributes.of(0644), block.length), block);
      }
      tar.finish();
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> !file.equals(directory)).toList();
    } catch (UncheckedIOException gone) {
      return List.of();
    }
  }
}
