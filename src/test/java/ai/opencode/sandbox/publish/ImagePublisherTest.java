package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks that precede every kind of target. */
class ImagePublisherTest {

  /** A target that records the images it receives. */
  private static final class NotedTarget implements Target {

    private final boolean leaving;
    private final boolean single;
    private final List<String> received = new ArrayList<>();
    private int asked;

    NotedTarget(boolean leaving, boolean single) {
      this.leaving = leaving;
      this.single = single;
    }

    @Override
    public boolean leavesThisMachine() {
      return leaving;
    }

    @Override
    public boolean takesOneImage() {
      return single;
    }

    @Override
    public boolean takesFinishedImages() {
      return false;
    }

    @Override
    public List<String> next(Delivery delivery, String program) {
      return List.of();
    }

    @Override
    public void requireReachable(PlannedImages planned, TargetAccess access) {
      asked++;
    }

    @Override
    public List<Delivery> deliver(
        List<StoredImage> images, Publication publication, TargetAccess access) {
      images.forEach(image -> received.add(image.name()));
      return List.of();
    }

    @Override
    public String toString() {
      return "elsewhere/";
    }
  }

  private final ImagePublisher publisher = new ImagePublisher(ATargetAccess.withoutEngine());
  private final NotedTarget remote = new NotedTarget(true, false);
  private final NotedTarget local = new NotedTarget(false, false);
  private BlobStore blobs;

  @BeforeEach
  void start(@TempDir Path directory) {
    blobs = new BlobStore(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stand-in", "archive"})
  void refusesStandInAndArchivedImagesForOtherMachines(String upstream) throws Exception {
    StoredImage honest = AStoredImage.named("tools").in(blobs);
    StoredImage staying = AStoredImage.named("other").madeFrom(upstream).in(blobs);

    assertThatThrownBy(() -> publish(List.of(honest, staying), remote))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("other is made from ")
        .hasMessageContaining("must not leave this machine: not sent to elsewhere/. ");
    assertThat(remote.received).isEmpty();

    publish(List.of(honest, staying), local);
    assertThat(local.received).containsExactly("tools", "other");
  }

  @ParameterizedTest
  @ValueSource(strings = {"official", "mirror", "somebody else's"})
  void sendsOtherImagesAnywhere(String upstream) throws Exception {
    publish(List.of(AStoredImage.named("tools").madeFrom(upstream).in(blobs)), remote);

    assertThat(remote.received).containsExactly("tools");
  }

  @ParameterizedTest
  @EnumSource(names = {"STAND_IN", "ARCHIVE"})
  void refusesThemBeforeTheyAreMade(UpstreamKind upstream) throws Exception {
    PlannedImages planned = planned(Optional.of(upstream), "tools");

    assertThatThrownBy(() -> publisher.requireReachable(planned, List.of(local, remote)))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("These images would be made from ")
        .hasMessageContaining("not sent to elsewhere/. ");
    // Targets are not asked, because their answers may take time.
    assertThat(local.asked + remote.asked).isZero();

    publisher.requireReachable(planned, List.of(local));
    assertThat(local.asked).isOne();
  }

  @Test
  void asksEachTargetIfNoCheckFails() throws Exception {
    publisher.requireReachable(planned(Optional.empty(), "a", "b"), List.of(local, remote));
    publisher.requireReachable(
        planned(Optional.of(UpstreamKind.MIRROR), "a", "b"), List.of(remote));

    assertThat(local.asked).isOne();
    assertThat(remote.asked).isEqualTo(2);
  }

  @Test
  void refusesSeveralImagesForOneName() throws Exception {
    NotedTarget single = new NotedTarget(false, true);
    String message =
        "elsewhere/ is one repository for 2 images. End it with / to have each image's name added.";
    List<StoredImage> images =
        List.of(AStoredImage.named("a").in(blobs), AStoredImage.named("b").in(blobs));

    assertThatThrownBy(
            () -> publisher.requireReachable(planned(Optional.empty(), "a", "b"), List.of(single)))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> publish(images, single))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
    assertThat(single.received).isEmpty();

    publish(images.subList(0, 1), single);
    assertThat(single.received).containsExactly("a");
  }

  private List<Delivery> publish(List<StoredImage> images, Target target) throws Exception {
    return publisher.publish(images, target, Publication.standard());
  }

  private static PlannedImages planned(Optional<UpstreamKind> upstream, String... names) {
    return new PlannedImages(List.of(names), List.of(Platform.LINUX_AMD64), upstream);
  }
}
