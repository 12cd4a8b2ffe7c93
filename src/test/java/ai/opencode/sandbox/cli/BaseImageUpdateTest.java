package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lock --update --base-image}: the base image of a checkout follows its tag. */
class BaseImageUpdateTest {

  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");
  private static final Digest OLD = Digest.sha256("an older base image");

  @TempDir private Path directory;
  private ASmallUpstream upstream;
  private Path lock;
  private Path pin;

  @BeforeEach
  void pinAnOlderImage() throws IOException {
    upstream =
        ASmallUpstream.in(
            directory,
            AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool").signed(ASmallUpstream.KEY));
    lock = directory.resolve("sandbox.lock.json");
    pin = directory.resolve("base-image.txt");
    Files.writeString(pin, "# Why.\n" + upstream.tagged().withDigest(OLD) + "\n");
  }

  @AfterEach
  void close() throws IOException {
    upstream.close();
  }

  @Test
  void writesPinAndLock() throws Exception {
    ARun run = lock("--update", "--base-image");

    assertThat(run.exitCode()).as(run.err()).isZero();
    Digest newest = upstream.base().pinned().orElseThrow();
    assertThat(Files.readString(pin))
        .isEqualTo("# Why.\n" + upstream.tagged().withDigest(newest) + "\n" + OLD + "\n");
    assertThat(LockFile.read(lock).orElseThrow().base(Platform.LINUX_AMD64))
        .contains(upstream.tagged().withDigest(newest));

    String written = Files.readString(lock);
    assertThat(lock("--update", "--base-image").exitCode()).isZero();
    assertThat(Files.readString(pin)).hasLineCount(3);
    assertThat(Files.readString(lock)).isEqualTo(written);
  }

  @Test
  void keepsThePinIfTheImageCannotBeUsed() throws Exception {
    upstream.moveTheTag();
    String before = Files.readString(pin);

    assertThat(lock("--update", "--base-image").exitCode()).isNotZero();
    assertThat(Files.readString(pin)).isEqualTo(before);
    assertThat(lock).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--base-image",
        "--base-image --check",
        "--base-image --update tool",
        "--base-image --update --base alpine@sha256:0000000000000000000000000000000000000000000000000000000000000000"
      })
  void isRefusedWithout(String options) throws Exception {
    ARun run = lock(options.split(" ", -1));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--base-image updates ");
  }

  private ARun lock(String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("lock"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("--upstream", "mirror", "--platform", "linux/amd64"));
    arguments.addAll(List.of("--repository", upstream.repository().toString()));
    arguments.addAll(List.of("--cache", upstream.cache().toString(), "--lock", lock.toString()));
    return SandboxProgramTest.run(SandboxProgram.of(List.of(IMAGE)), arguments);
  }
}
