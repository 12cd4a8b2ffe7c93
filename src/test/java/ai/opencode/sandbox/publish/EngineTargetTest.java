package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.ATargetAccess.FakeEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineTargetTest {

  private final FakeEngine engine = new FakeEngine(Platform.LINUX_ARM64);
  private BlobStore blobs;

  @BeforeEach
  void start(@TempDir Path directory) {
    blobs = new BlobStore(directory);
  }

  @Test
  void deliversTheEnginesPlatformUnderAllTags() throws Exception {
    StoredImage tools = AStoredImage.named("tools").in(blobs);
    StoredImage more = AStoredImage.named("more").version("dev").in(blobs);
    List<Delivery> deliveries = deliver("acme/", tools, more);

    assertThat(engine.names)
        .containsExactly(
            List.of("acme/tools:1.2.3", "acme/tools:1.2", "acme/tools:1", "acme/tools:latest"),
            List.of("acme/more:dev"));
    assertThat(engine.manifests)
        .allMatch(manifest -> Platform.LINUX_ARM64.equals(manifest.platform()));
    assertThat(deliveries)
        .extracting(each -> each.place().toString())
        .containsExactly("docker-daemon:acme/tools:1.2.3", "docker-daemon:acme/more:dev");
    assertThat(deliveries.get(0).digest()).isEqualTo(engine.manifests.get(0).digest());
    assertThat(deliveries.get(0).tags()).containsExactly("1.2.3", "1.2", "1", "latest");
    assertThat(deliveries.get(0).place().path()).isEmpty();
    assertThat(engine.open).isZero();
  }

  @ParameterizedTest
  @CsvSource({"'', tools:1.2.3", "it, it:1.2.3", "it:7, it:7", "a.b:80/it, a.b:80/it:1.2.3"})
  void namesAnImageAsTheUserDoes(String name, String first) throws Exception {
    Delivery delivery = deliver(name, AStoredImage.named("tools").in(blobs)).get(0);

    assertThat(delivery.place().name()).isEqualTo(first);
    assertThat(engine.names.get(0)).startsWith(first);
  }

  @Test
  void deliversNoCorruptImage() throws Exception {
    StoredImage tools = AStoredImage.named("tools").in(blobs);
    Digest manifest = tools.manifests().get(1).digest();
    Digest layer = Manifest.parse(blobs.read(manifest), "tools").layers().get(0).digest();
    Files.writeString(blobs.path(layer), "damaged");

    assertThatThrownBy(() -> deliver("", tools)).isInstanceOf(SandboxException.class);
    assertThat(engine.names).isEmpty();
    assertThat(engine.open).isZero();
  }

  @Test
  void refusesPlatformsThatTheEngineDoesNotRunBeforeTheBuild() throws Exception {
    EngineTarget target = new EngineTarget("");
    List<Platform> others = List.of(Platform.LINUX_AMD64, new Platform("linux", "riscv64"));

    assertThatThrownBy(() -> target.requireReachable(planned(others), ATargetAccess.with(engine)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("linux/arm64, is not among linux/amd64, linux/riscv64. Build");
    target.requireReachable(planned(List.of(Platform.LINUX_AMD64)), ATargetAccess.with(engine));
    assertThat(engine.open).isZero();
  }

  @Test
  void mustAnswerBeforeTheBuild() {
    assertThatThrownBy(
            () ->
                new EngineTarget("")
                    .requireReachable(
                        planned(List.of(Platform.host())), ATargetAccess.withoutEngine()))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource({"'', false", "acme/, false", "tools, true", "tools:1, true"})
  void takesOneImageIfItNamesOne(String name, boolean one) {
    assertThat(new EngineTarget(name).takesOneImage()).isEqualTo(one);
    assertThat(new EngineTarget(name).leavesThisMachine()).isFalse();
  }

  private static PlannedImages planned(List<Platform> platforms) {
    return new PlannedImages(List.of("tools"), platforms, Optional.empty());
  }

  private List<Delivery> deliver(String name, StoredImage... images) throws IOException {
    return new EngineTarget(name)
        .deliver(List.of(images), Publication.standard(), ATargetAccess.with(engine));
  }
}
