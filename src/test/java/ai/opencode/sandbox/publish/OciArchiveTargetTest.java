package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.inspect.content.ImageStore;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OciArchiveTargetTest {

  @TempDir private Path directory;

  @Test
  void writesOneFileWithAllImages() throws Exception {
    BlobStore blobs = new BlobStore(directory.resolve("cache"));
    Path file = directory.resolve("new/images.tar");
    List<Delivery> deliveries =
        new OciArchiveTarget(file)
            .deliver(
                List.of(
                    AStoredImage.named("tools").in(blobs), AStoredImage.named("more").in(blobs)),
                Publication.standard(),
                ATargetAccess.withoutEngine());

    assertThat(deliveries)
        .extracting(each -> each.place().toString())
        .containsExactly("oci-archive:" + file + ":tools", "oci-archive:" + file + ":more");
    for (Delivery delivery : deliveries) {
      ImageSource source = ImageSource.of(delivery.place().toString());
      try (ImageStore store = ImageStore.open(source, RegistryAccess.standard())) {
        assertThat(store.whole().root().digest()).isEqualTo(delivery.digest());
      }
    }
  }

  @Test
  void refusesADirectoryInPlaceOfTheFileBeforeTheBuild() {
    PlannedImages planned =
        new PlannedImages(List.of("tools"), List.of(Platform.host()), Optional.empty());
    Target target = new OciArchiveTarget(directory);

    assertThatThrownBy(() -> target.requireReachable(planned, ATargetAccess.withoutEngine()))
        .isInstanceOf(UsageException.class)
        .hasMessage(directory + " is a folder; name a file with --to");
  }

  @Test
  void staysOnThisMachineAndTakesManyImages() {
    Target target = new OciArchiveTarget(directory.resolve("a.tar"));

    assertThat(target.leavesThisMachine()).isFalse();
    assertThat(target.takesOneImage()).isFalse();
    assertThat(target.registry()).isEmpty();
  }
}
