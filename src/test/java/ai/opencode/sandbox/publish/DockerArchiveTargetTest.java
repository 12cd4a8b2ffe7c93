package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerArchiveTargetTest {

  @TempDir private Path directory;
  private BlobStore blobs;

  @BeforeEach
  void start() {
    blobs = new BlobStore(directory.resolve("cache"));
  }

  @Test
  void writesThisMachinesPlatformUnderAllTags() throws Exception {
    StoredImage tools = AStoredImage.named("tools").in(blobs);
    StoredImage more = AStoredImage.named("acme/more").version("dev").in(blobs);
    List<Delivery> deliveries =
        new DockerArchiveTarget(file())
            .deliver(List.of(tools, more), Publication.standard(), ATargetAccess.withoutEngine());

    assertThat(deliveries)
        .extracting(each -> each.place().toString())
        .containsExactly(
            "docker-archive:" + file() + ":tools:1.2.3",
            "docker-archive:" + file() + ":acme/more:dev");
    assertThat(deliveries.get(0).tags()).containsExactly("1.2.3", "1.2", "1", "latest");
    JsonNode manifest = manifest();
    assertThat(manifest.path(0).path("RepoTags"))
        .extracting(JsonNode::textValue)
        .containsExactly("tools:1.2.3", "tools:1.2", "tools:1", "tools:latest");
    assertThat(manifest.path(1).path("RepoTags"))
        .extracting(JsonNode::textValue)
        .containsExactly("acme/more:dev");
    assertThat(deliveries.get(0).digest())
        .isEqualTo(
            tools.manifests().stream()
                .filter(each -> Platform.host().equals(each.platform()))
                .findFirst()
                .orElseThrow()
                .digest());
    assertThat(manifest.path(0).path("Config").textValue())
        .isEqualTo(
            Manifest.parse(blobs.read(deliveries.get(0).digest()), "tools").config().digest().hex()
                + ".json");
  }

  @Test
  void takesTheOnlyPlatform() throws Exception {
    Platform other =
        Platform.host().equals(Platform.LINUX_ARM64) ? Platform.LINUX_AMD64 : Platform.LINUX_ARM64;
    StoredImage image = AStoredImage.named("tools").on(other, blobs);

    assertThat(
            new DockerArchiveTarget(file())
                .deliver(List.of(image), Publication.standard(), ATargetAccess.withoutEngine()))
        .extracting(Delivery::digest)
        .containsExactly(image.root().digest());
  }

  @Test
  void hasNoAttestations() throws Exception {
    StoredImage attested = AStoredImage.named("tools").attested("it").in(blobs);
    StoredImage plain = AStoredImage.named("tools").in(blobs);

    Digest with = deliver(attested);
    byte[] archive = Files.readAllBytes(file());
    Digest without = deliver(plain);

    assertThat(with).isEqualTo(without);
    assertThat(archive).isEqualTo(Files.readAllBytes(file()));
  }

  private Digest deliver(StoredImage image) throws IOException {
    return new DockerArchiveTarget(file())
        .deliver(List.of(image), Publication.standard(), ATargetAccess.withoutEngine())
        .get(0)
        .digest();
  }

  @Test
  void refusesOtherMachinesPlatformsBeforeTheBuild() {
    List<Platform> others =
        List.of(new Platform("linux", "riscv64"), new Platform("linux", "s390x"));
    Target target = new DockerArchiveTarget(file());

    assertThatThrownBy(
            () -> target.requireReachable(planned(others), ATargetAccess.withoutEngine()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not among linux/riscv64, linux/s390x. Build")
        .hasMessageContaining(Platform.host() + ", is not among");
  }

  @Test
  void refusesADirectoryInPlaceOfTheFileBeforeTheBuild() {
    Target target = new DockerArchiveTarget(directory);

    assertThatThrownBy(
            () ->
                target.requireReachable(
                    planned(List.of(Platform.host())), ATargetAccess.withoutEngine()))
        .isInstanceOf(UsageException.class)
        .hasMessage(directory + " is a directory. Name a file with --to.");
  }

  @Test
  void staysOnThisMachineAndTakesManyImages() {
    Target target = new DockerArchiveTarget(file());

    assertThat(target.leavesThisMachine()).isFalse();
    assertThat(target.takesOneImage()).isFalse();
    assertThat(target.registry()).isEmpty();
  }

  private static PlannedImages planned(List<Platform> platforms) {
    return new PlannedImages(List.of("tools"), platforms, Optional.empty());
  }

  private Path file() {
    return directory.resolve("images.tar");
  }

  private JsonNode manifest() throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(file())))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (entry.getName().equals("manifest.json")) {
          return new ObjectMapper().readTree(tar.readAllBytes());
        }
      }
    }
    throw new AssertionError("no manifest.json in " + file());
  }
}
