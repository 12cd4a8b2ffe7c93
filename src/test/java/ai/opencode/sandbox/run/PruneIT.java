package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.engine.LoadedImages.Pruned;
import ai.opencode.sandbox.report.Progress;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** The removal of images that runs have loaded, beside images of everybody else. */
@RequiresEngine
@RequiresImages
@Isolated("it removes the images that other tests have loaded")
@Timeout(120)
class PruneIT {

  private BaseImage image;

  @BeforeEach
  void load() throws IOException, InterruptedException {
    image = BaseImage.load();
  }

  @AfterEach
  void remove() throws IOException {
    image.close();
  }

  private static List<Pruned> prune() throws IOException {
    return new SandboxRun(Progress.silent()).prune();
  }

  private boolean hasImage(String name) {
    try {
      image.client().inspectImageCmd(name).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  @Test
  void removesWhatARunHasLoaded() throws IOException {
    assertThat(image.name()).startsWith("localhost/opencode-sandbox-run/");

    assertThat(prune()).contains(new Pruned(image.name(), true));
    assertThat(hasImage(image.name())).isFalse();
    assertThat(prune()).doesNotContain(new Pruned(image.name(), true));
  }

  @Test
  void leavesNamesThatUsersHaveGivenToTheSameImage() throws IOException {
    List<String> names =
        List.of(
            "sandbox-it-mine:1",
            "localhost/opencode-sandbox-base:0123456789ab",
            "localhost/opencode-sandbox-run/mine:latest",
            "localhost/opencode-sandbox-run/mine:0123456789abc",
            "localhost/other/opencode-sandbox-run/mine:0123456789ab");
    for (String each : names) {
      int colon = each.lastIndexOf(':');
      image
          .client()
          .tagImageCmd(image.name(), each.substring(0, colon), each.substring(colon + 1))
          .exec();
    }
    try {
      assertThat(prune()).contains(new Pruned(image.name(), true));
      assertThat(names).allMatch(this::hasImage);
    } finally {
      names.forEach(each -> image.client().removeImageCmd(each).exec());
    }
  }

  @Test
  void keepsAnImageOfAContainer() throws IOException {
    String container = image.client().createContainerCmd(image.name()).exec().getId();
    try {
      assertThat(prune()).contains(new Pruned(image.name(), false));
      assertThat(hasImage(image.name())).isTrue();
      assertThat(image.has(container)).isTrue();
    } finally {
      image.client().removeContainerCmd(container).exec();
    }
  }

  @Test
  void runsSurviveIt() throws IOException, InterruptedException {
    AtomicBoolean ended = new AtomicBoolean();
    Thread pruning =
        new Thread(
            () -> {
              while (!ended.get()) {
                try {
                  prune();
                  Thread.sleep(1000);
                } catch (InterruptedException | IOException | RuntimeException e) {
                  image.said.add("prune failed: " + e);
                }
              }
            });
    pruning.start();
    try {
      for (int i = 0; i < 3; i++) {
        assertThat(
                image
                    .run(RunRequest.of(BaseImage.layout()).withCommand(List.of("echo", "started")))
                    .out())
            .isEqualTo("started\n");
      }
    } finally {
      ended.set(true);
      pruning.join();
    }
    assertThat(image.said).noneMatch(each -> each.startsWith("prune failed"));
  }
}
