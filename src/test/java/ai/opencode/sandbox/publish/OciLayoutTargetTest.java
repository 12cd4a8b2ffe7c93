package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.HashRecords;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OciLayoutTargetTest {

  @TempDir private Path directory;
  private BlobStore blobs;
  private StoredImage tools;
  private StoredImage more;

  @BeforeEach
  void start() throws IOException {
    blobs = new BlobStore(directory.resolve("cache"));
    tools = AStoredImage.named("tools").in(blobs);
    more = AStoredImage.named("acme/more").in(blobs);
  }

  @Test
  void keepsAllImagesUnderTheirNames() throws Exception {
    List<Delivery> deliveries = deliver(ATargetAccess.withoutEngine(), tools, more);

    assertThat(deliveries)
        .extracting(each -> each.place().toString())
        .containsExactly("oci:" + layout() + ":tools", "oci:" + layout() + ":acme/more");
    for (Delivery delivery : deliveries) {
      assertThat(new OciLayout(layout()).find(delivery.image()))
          .map(Descriptor::digest)
          .contains(delivery.digest());
      assertThat(delivery.place().path()).contains(layout());
      assertThat(delivery.tags()).isEmpty();
      assertThat(delivery.transfer()).isEmpty();
    }
    assertThat(deliveries.get(1).digest()).isEqualTo(more.root().digest());
  }

  @Test
  void remembersHashedBlobs() throws Exception {
    Path records = directory.resolve("records");
    TargetAccess access = ATargetAccess.withoutEngine().withHashes(new HashRecords(records));
    deliver(access, tools);
    deliver(access, tools);

    assertThat(records).isNotEmptyDirectory();
  }

  @Test
  void refusesADirectoryThatCannotBeWrittenBeforeTheBuild() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "not a directory");
    PlannedImages planned =
        new PlannedImages(List.of("tools"), List.of(Platform.host()), Optional.empty());

    assertThatThrownBy(
            () ->
                new OciLayoutTarget(file.resolve("images"))
                    .requireReachable(planned, ATargetAccess.withoutEngine()))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Cannot write to "
                + file.resolve("images")
                + " ("
                + file
                + " is not a directory). Name another place with --to.");
    new OciLayoutTarget(layout()).requireReachable(planned, ATargetAccess.withoutEngine());
    assertThat(layout()).doesNotExist();
  }

  @Test
  void staysOnThisMachineAndTakesManyImages() {
    Target target = new OciLayoutTarget(layout());

    assertThat(target.leavesThisMachine()).isFalse();
    assertThat(target.takesOneImage()).isFalse();
    assertThat(target.registry()).isEmpty();
  }

  @Test
  void refusesImagesOfSeveralStores() throws Exception {
    StoredImage other = AStoredImage.named("other").in(new BlobStore(directory.resolve("other")));

    assertThatThrownBy(() -> deliver(ATargetAccess.withoutEngine(), tools, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one store");
    assertThat(layout()).doesNotExist();
  }

  private Path layout() {
    return directory.resolve("images");
  }

  private List<Delivery> deliver(TargetAccess access, StoredImage... images) throws IOException {
    return new OciLayoutTarget(layout()).deliver(List.of(images), Publication.standard(), access);
  }
}
