package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.QuickProgram;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that is ended while it unpacks an archive of images. */
@Timeout(120)
class PublishKilledTest {

  private static final int BLOBS = 400;

  private static Path archive;

  @TempDir private Path folder;

  @BeforeAll
  static void writeTheArchive(@TempDir Path shared) throws IOException {
    archive = shared.resolve("images.tar");
    write(archive);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void blamesNoFileForItsOwnEnd(String signal) throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path errors = folder.resolve("errors");
    Process process = publish(temporary, errors);
    while (files(temporary) < 5) {
      assertThat(process.isAlive()).isTrue();
      Thread.sleep(5);
    }

    new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isGreaterThan(128);
    assertThat(errors).isEmptyFile();
    assertThat(files(temporary)).isZero();
  }

  private static Process publish(Path temporary, Path errors) throws IOException {
    // A program that a shell starts in the background ignores SIGINT, and so would its children.
    List<String> command =
        QuickProgram.command("publish", "oci-archive:" + archive, "--to", "127.0.0.1:1/images/");
    command.add(1, "-Djava.io.tmpdir=" + temporary);
    command.addAll(0, List.of("env", "--default-signal=HUP,INT,TERM"));
    return new ProcessBuilder(command).redirectError(errors.toFile()).start();
  }

  private static void write(Path archive) throws IOException {
    byte[] block = new byte[1 << 20];
    try (TarWriter tar = new TarWriter(new BufferedOutputStream(Files.newOutputStream(archive)))) {
      byte[] marker = "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);
      tar.write(new TarEntry.File("oci-layout", Attributes.of(0644), marker.length), marker);
      for (int i = 0; i < BLOBS; i++) {
        String path = "blobs/sha256/%064x".formatted(i);
        tar.write(new TarEntry.File(path, Attributes.of(0644), block.length), block);
      }
      tar.finish();
    }
  }

  private static long files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> !file.equals(folder)).count();
    } catch (UncheckedIOException gone) {
      return 0;
    }
  }
}
