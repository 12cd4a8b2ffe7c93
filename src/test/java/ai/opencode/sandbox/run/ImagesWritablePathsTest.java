package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.engine.ImageStart;
import ai.opencode.sandbox.failure.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests for an image that has writable paths and a user of its own. */
class ImagesWritablePathsTest {

  private static final ImageStart IMAGE =
      new ImageStart(
          List.of(),
          List.of(),
          "2000:2001",
          Map.of("ai.opencode.sandbox.writable", "/data/own=1048576 /home/acme=2097152"));

  @TempDir private Path directory;

  @Test
  void areThoseOfTheImage() {
    RunRequest request = JudgedRequest.of(RunRequest.of("i")).forImage(IMAGE).request();

    assertThat(request.options().user()).hasToString("2000:2001");
    assertThat(request.options().writablePaths())
        .extracting(WritablePath::path)
        .containsExactly("/tmp", "/workspace", "/data/own", "/home/acme");
  }

  @Test
  void leaveTheUserThatWasNamed() {
    RunRequest asked = RunRequest.of("i").withHostFiles(HostFiles.none().withMatchOwner(false));

    assertThat(JudgedRequest.of(asked).forImage(IMAGE).request().options().user())
        .hasToString("1000:1000");
  }

  @Test
  void areNotMadeInADirectoryOfTheHost() {
    RunRequest asked = RunRequest.of("i").withMounts(List.of(HostMount.of(directory + ":/data")));

    assertThatThrownBy(() -> JudgedRequest.of(asked).forImage(IMAGE))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(
            "The image has a writable path at /data/own, which is below /data:");
    RunRequest volume = RunRequest.of("i").withVolumes(List.of(NamedVolume.of("volume:/home")));
    assertThatThrownBy(() -> JudgedRequest.of(volume).forImage(IMAGE))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void giveWayToAMountOfTheRequest() {
    RunRequest asked =
        RunRequest.of("i").withMounts(List.of(HostMount.of(directory + ":/data/own")));

    assertThat(JudgedRequest.of(asked).forImage(IMAGE).mounts()).hasSize(1);
  }
}
