package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.ARegistry;
import ai.opencode.sandbox.registry.ImagePuller;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.server.Answer;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryTargetTest {

  @TempDir private Path directory;
  private EmbeddedRegistry registry;
  private BlobStore blobs;

  @BeforeEach
  void start() throws IOException {
    registry = EmbeddedRegistry.start(new BlobStore(directory.resolve("registry")));
    blobs = new BlobStore(directory.resolve("cache"));
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  @Test
  void deliversUnderAllTagsAndCountsBlobs() throws Exception {
    StoredImage tools = AStoredImage.named("tools").in(blobs);
    Delivery delivery = deliver("/acme/", tools).get(0);

    assertThat(delivery.image()).isEqualTo("tools");
    assertThat(delivery.place())
        .isEqualTo(
            new Place(
                Transport.REGISTRY, Optional.empty(), registry.address() + "/acme/tools:1.2.3"));
    assertThat(delivery.digest()).isEqualTo(tools.root().digest());
    assertThat(delivery.tags()).containsExactly("1.2.3", "1.2", "1", "latest");
    for (String tag : delivery.tags()) {
      assertThat(registry.find("acme/tools", tag))
          .map(Descriptor::digest)
          .contains(tools.root().digest());
    }
    // Two layers, the same for both platforms, and a configuration for each.
    Delivery.Transfer first = delivery.transfer().orElseThrow();
    assertThat(first.uploadedBlobs()).isEqualTo(4);
    assertThat(first.uploadedBytes()).isPositive();
    assertThat(first.presentBlobs()).isZero();

    assertThat(deliver("/acme/", tools).get(0).transfer())
        .contains(new Delivery.Transfer(0, 0, 0, 4));
  }

  @Test
  void hasADeliveryForEachImageThoughTwoAreEqual() throws Exception {
    StoredImage tools = AStoredImage.named("tools").in(blobs);
    Target target = RegistryTarget.of(registry.address() + "/acme/");

    List<Delivery> deliveries = deliver("/acme/", tools, tools);

    assertThat(deliveries).extracting(Delivery::image).containsExactly("tools", "tools");
    assertThat(deliveries).extracting(Delivery::target).containsOnly(target);
  }

  @Test
  void mountsLayersOfTheImageBefore() throws Exception {
    // Unlike the embedded registry, most registries have separate blobs for each repository.
    try (ARegistry separate =
        ARegistry.behind(
            directory.resolve("separate"),
            (request, n) ->
                request.method().equals("HEAD") && request.path().contains("/blobs/")
                    ? Answer.of(404)
                    : null)) {
      List<Delivery> deliveries =
          RegistryTarget.of(separate.address() + "/acme/")
              .deliver(
                  List.of(
                      AStoredImage.named("tools").in(blobs), AStoredImage.named("more").in(blobs)),
                  Publication.standard(),
                  ATargetAccess.withoutEngine());

      Delivery.Transfer second = deliveries.get(1).transfer().orElseThrow();
      assertThat(second.mountedBlobs()).isOne();
      // The layer with the image's name in it, and the configurations, which name that layer.
      assertThat(second.uploadedBlobs()).isEqualTo(3);
    }
  }

  @Test
  void refusesAPreReleaseUnderATagOfReleases() throws Exception {
    StoredImage image = AStoredImage.named("tools").version("1.3.0-rc.1").in(blobs);
    Target target = RegistryTarget.of(registry.address() + "/acme/");
    Publication latest = Publication.standard().withNames(List.of("latest"));

    assertThatThrownBy(() -> target.deliver(List.of(image), latest, ATargetAccess.withoutEngine()))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("/acme/tools:latest is for releases");
    assertThat(registry.find("acme/tools", "latest")).isEmpty();
    assertThat(
            target.deliver(
                List.of(image), latest.withOverwriting(true), ATargetAccess.withoutEngine()))
        .hasSize(1);
  }

  @Test
  void leavesTagsOfANewerReleaseAlone() throws Exception {
    deliver("/acme/", AStoredImage.named("tools").version("1.3.0").in(blobs));
    Delivery old = deliver("/acme/", AStoredImage.named("tools").version("1.2.4").in(blobs)).get(0);

    assertThat(old.tags()).containsExactly("1.2.4", "1.2");
    assertThat(old.staying()).isEqualTo(Map.of("1", "1.3.0", "latest", "1.3.0"));
  }

  @Test
  void checksAllImagesBeforeTheFirstIsSent() throws Exception {
    deliver("/acme/", AStoredImage.named("more").in(blobs));
    StoredImage other = AStoredImage.named("more").madeFrom("mirror").in(blobs);

    assertThatThrownBy(() -> deliver("/acme/", AStoredImage.named("tools").in(blobs), other))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("/acme/more:1.2.3 is published with other content");
    assertThat(registry.tags("acme/tools")).isEmpty();
  }

  @Test
  void replacesTheAttestationsOfAPublishedVersionButNotItsImages() throws Exception {
    AStoredImage tools = AStoredImage.named("tools");
    List<StoredImage> sameImages =
        List.of(tools.in(blobs), tools.attested("one").in(blobs), tools.attested("two").in(blobs));
    for (StoredImage each : sameImages) {
      deliver("/acme/", each);
      for (String tag : List.of("1.2.3", "latest")) {
        assertThat(registry.find("acme/tools", tag))
            .map(Descriptor::digest)
            .contains(each.root().digest());
      }
    }
    StoredImage other = tools.madeFrom("mirror").attested("two").in(blobs);
    assertThatThrownBy(() -> deliver("/acme/", other))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("tools:1.2.3 is published with other content");
  }

  @Test
  void refusesAPublishedVersionWithoutOneOfItsPlatforms() throws Exception {
    StoredImage both = AStoredImage.named("tools").attested("it").in(blobs);
    deliver("/acme/", both);
    ImageIndex one = new ImageIndex(both.manifests().subList(0, 1), Map.of());
    StoredImage less = StoredImage.read("tools", blobs, blobs.put(MediaType.INDEX, one.toJson()));

    assertThatThrownBy(() -> deliver("/acme/", less))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("tools:1.2.3 is published with other content");
  }

  @Test
  void sendsAttestationsWithTheirImages() throws Exception {
    StoredImage tools = AStoredImage.named("tools").attested("it").in(blobs);
    deliver("/acme/", tools);

    BlobStore received = new BlobStore(directory.resolve("received"));
    new ImagePuller(RegistryAccess.standard())
        .pull(Reference.of(registry.address() + "/acme/tools:1.2.3"), received);
    assertThat(OciLayout.reachable(received, tools.root()))
        .isEqualTo(OciLayout.reachable(blobs, tools.root()))
        .hasSizeGreaterThan(8);
  }

  @Test
  void aNamedTagReplacesTheVersionsTags() throws Exception {
    Delivery delivery = deliver("/acme/it:7", AStoredImage.named("tools").in(blobs)).get(0);

    assertThat(delivery.place()).hasToString(registry.address() + "/acme/it:7");
    assertThat(registry.tags("acme/it").keySet()).containsExactly("7");
  }

  @Test
  void refusesAnImageThatHasNoName() throws Exception {
    StoredImage nameless = AStoredImage.named("").in(blobs);

    assertThatThrownBy(() -> deliver("/acme/", nameless))
        .isInstanceOf(UsageException.class)
        .hasMessageEndingWith("Write " + registry.address() + "/acme/NAME instead.");
    assertThat(deliver("/acme/it", nameless)).hasSize(1);
  }

  @Test
  void mustAnswerBeforeTheBuild() throws Exception {
    PlannedImages planned =
        new PlannedImages(List.of("tools"), List.of(Platform.host()), Optional.empty());
    RegistryTarget.of(registry.address() + "/acme/")
        .requireReachable(planned, ATargetAccess.withoutEngine());

    for (String silent : List.of("127.0.0.1:1/acme/", "127.0.0.1:1/acme/tools")) {
      assertThatThrownBy(
              () ->
                  RegistryTarget.of(silent)
                      .requireReachable(planned, ATargetAccess.withoutEngine()))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("127.0.0.1:1");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "registry.example/acme/,      true,  false, registry.example",
    "registry.example:5000/tools, true,  true,  registry.example:5000",
    "docker.io/acme/,             true,  false, docker.io",
    "localhost.example/acme/,     true,  false, localhost.example",
    "10.0.0.1:5000/acme/,         true,  false, 10.0.0.1:5000",
    "127.0.0.1:5000/acme/,        false, false, 127.0.0.1:5000",
    "localhost:5000/tools:1,      false, true,  localhost:5000",
  })
  void leavesThisMachineExceptOnLoopback(String name, boolean leaving, boolean one, String host) {
    RegistryTarget target = RegistryTarget.of(name);

    assertThat(target.leavesThisMachine()).isEqualTo(leaving);
    assertThat(target.takesOneImage()).isEqualTo(one);
    assertThat(target.registry()).contains(host);
  }

  private List<Delivery> deliver(String name, StoredImage... images) throws IOException {
    return RegistryTarget.of(registry.address() + name)
        .deliver(List.of(images), Publication.standard(), ATargetAccess.withoutEngine());
  }
}
