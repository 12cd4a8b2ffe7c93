package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.QuickProgram;
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
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that inflates a large archive, and is ended or refuses the archive. */
@Timeout(120)
class VerifyKilledTest {

  private static final int BYTES = 200 << 20;

  /** Inflates to its own size, and takes long enough for a signal. */
  private static Path noise;

  @TempDir private Path directory;

  @BeforeAll
  static void writeTheNoise(@TempDir Path shared) throws IOException {
    noise = shared.resolve("image.tar.gz");
    byte[] block = new byte[1 << 20];
    new Random(1).nextBytes(block);
    write(noise, block, Deflater.NO_COMPRESSION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void leavesNothingBehindWhenItIsEnded(String signal) throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    Process process = verify(noise, temporary);
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
    write(archive, new byte[1 << 20], Deflater.BEST_COMPRESSION);
    Path temporary = Files.createDirectory(directory.resolve("tmp"));

    Process process = verify(archive, temporary);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isEqualTo(6);
    assertThat(errors).contains("image.tar.gz: longer than the allowed").contains(" bytes");
    assertThat(files(temporary)).isEmpty();
  }

  private static Process verify(Path archive, Path temporary) throws IOException {
    // A program that a shell starts in the background ignores SIGINT, and so would its children.
    List<String> command = QuickProgram.command("verify", "docker-archive:" + archive);
    command.add(1, "-Djava.io.tmpdir=" + temporary);
    command.addAll(0, List.of("env", "--default-signal=HUP,INT,TERM"));
    return new ProcessBuilder(command).start();
  }

  private static void write(Path archive, byte[] block, int level) throws IOException {
    try (OutputStream out =
            new BufferedOutputStream(
                new GZIPOutputStream(Files.newOutputStream(archive)) {
                  {
                    def.setLevel(level);
                  }
                });
        TarWriter tar = new TarWriter(out)) {
      for (int i = 0; i < BYTES / block.length; i++) {
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
