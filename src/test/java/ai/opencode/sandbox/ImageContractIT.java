package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.DockerClientFactory;

/**
 * The images that this build made, started in a real container engine and checked against {@link
 * ImageContract}. All lines share a container for each image and profile.
 */
@RequiresEngine
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
@RequiresImages
class ImageContractIT {

  private final Map<String, SandboxContainer> sandboxes = new ConcurrentHashMap<>();
  private ContractImages images;
  private TlsIdentity server;

  @BeforeAll
  void serveImages(@TempDir Path directory)
      throws IOException, InterruptedException, GeneralSecurityException {
    images = ContractImages.open();
    server = TlsIdentity.forLocalhost(directory);
  }

  @AfterAll
  void removeContainers() throws IOException {
    sandboxes.values().forEach(SandboxContainer::close);
    if (images != null) {
      images.close();
    }
  }

  /** Checks the containers in parallel, and the lines of each container in order. */
  @TestFactory
  Stream<DynamicNode> contract() {
    return Stream.of(ImageUnderTest.values())
        .flatMap(
            image ->
                Stream.of(Profile.values())
                    .map(
                        profile ->
                            dynamicContainer(
                                sandbox ->
                                    sandbox
                                        .displayName(image + ", " + profile)
                                        .executionMode(ExecutionMode.CONCURRENT)
                                        .childExecutionMode(ExecutionMode.SAME_THREAD)
                                        .children(lines(image, profile)))));
  }

  private Stream<DynamicNode> lines(ImageUnderTest image, Profile profile) {
    return ImageContract.of(image).stream()
        .filter(line -> line.profiles().contains(profile))
        .map(
            line ->
                dynamicTest(
                    image + ", " + profile + ": " + line.says(),
                    () -> line.check(sandbox(image, profile))));
  }

  @ParameterizedTest
  @EnumSource
  void startsAsConfigured(ImageUnderTest image) {
    ContainerConfig config = configuration(image);

    assertThat(config.getUser()).isEqualTo("1000:1000");
    assertThat(config.getWorkingDir()).isEqualTo("/workspace");
    assertThat(config.getEntrypoint())
        .containsExactly("/sbin/tini", "--", "/usr/local/lib/opencode-sandbox/start");
    assertThat(config.getCmd()).containsExactly("bash");
    assertThat(config.getEnv())
        .contains(
            "HOME=/home/opencode",
            "LANG=C.UTF-8",
            "NPM_CONFIG_PREFIX=/home/opencode/.local",
            "NPM_CONFIG_UPDATE_NOTIFIER=false")
        .anySatisfy(
            variable ->
                assertThat(variable).startsWith("PATH=").contains("/home/opencode/.local/bin"));
  }

  @ParameterizedTest
  @EnumSource
  void hasLabels(ImageUnderTest image) {
    Map<String, String> labels = Objects.requireNonNull(configuration(image).getLabels());

    for (String name :
        List.of("title", "description", "version", "source", "licenses", "base.name")) {
      assertThat(labels.get("org.opencontainers.image." + name)).as(name).isNotBlank();
    }
    assertThat(labels.get("org.opencontainers.image.base.digest")).startsWith("sha256:");
    assertThat(labels.get("ai.opencode.sandbox.upstream")).isIn("official", "mirror", "stand-in");
  }

  /** Measures with the engine's times of start and end, which exclude its cleanup. */
  @ParameterizedTest
  @EnumSource
  void endsWithinASecondOfSigterm(ImageUnderTest image) {
    for (Profile profile : List.of(Profile.PLAIN, Profile.HARDENED)) {
      DockerClient engine = DockerClientFactory.lazyClient();
      try (SandboxContainer sandbox = start(image, profile)) {
        Instant asked = Instant.now();
        engine.stopContainerCmd(sandbox.id()).withTimeout(30).exec();
        InspectContainerResponse.ContainerState state =
            engine.inspectContainerCmd(sandbox.id()).exec().getState();
        Instant ended = Instant.parse(Objects.requireNonNull(state.getFinishedAt()));

        assertThat(Duration.between(asked, ended)).isLessThan(Duration.ofSeconds(1));
        assertThat(state.getExitCodeLong()).as("ended by SIGTERM").isEqualTo(143);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void gitAcceptsOnlyTheWorkspaceOfAnotherUser(ImageUnderTest image) {
    try (SandboxContainer sandbox = start(image, Profile.PLAIN)) {
      assertThat(
              sandbox.runAs(
                  "12345:0",
                  "git init -q /workspace; git init -q /tmp/foreign; umask 0; touch /tmp/foreign/f"))
          .satisfies(made -> assertThat(made.exitCode()).as(made.stderr()).isZero());

      assertThat(sandbox.run("git -C /workspace status --short"))
          .satisfies(status -> assertThat(status.exitCode()).as(status.stderr()).isZero());
      assertThat(sandbox.run("git -C /tmp/foreign status --short"))
          .satisfies(
              status -> {
                assertThat(status.exitCode()).isNotZero();
                assertThat(status.stderr()).contains("dubious ownership");
              });
    }
  }

  @Test
  void developerStartsWithTheLayersOfBase() throws IOException {
    List<Digest> base = layers(ImageUnderTest.BASE);
    List<Digest> developer = layers(ImageUnderTest.DEVELOPER);

    assertThat(base).isNotEmpty();
    assertThat(developer).hasSizeGreaterThan(base.size()).startsWith(base.toArray(new Digest[0]));
  }

  /** Returns the layers of an image's first platform. */
  private static List<Digest> layers(ImageUnderTest image) throws IOException {
    OciLayout layout = ContractImages.layout();
    BlobStore blobs = layout.blobs();
    Descriptor found = layout.find(image.toString()).orElseThrow();
    if (MediaType.isIndex(found.mediaType())) {
      found = ImageIndex.parse(blobs.read(found.digest()), image.toString()).manifests().get(0);
    }
    return Manifest.parse(blobs.read(found.digest()), image.toString()).layers().stream()
        .map(Descriptor::digest)
        .toList();
  }

  private ContainerConfig configuration(ImageUnderTest image) {
    SandboxContainer unused = sandbox(image, Profile.PLAIN);
    return Objects.requireNonNull(
        DockerClientFactory.lazyClient()
            .inspectImageCmd(images.reference(image.toString()))
            .exec()
            .getConfig());
  }

  private SandboxContainer sandbox(ImageUnderTest image, Profile profile) {
    return sandboxes.computeIfAbsent(image + " " + profile, name -> start(image, profile));
  }

  private SandboxContainer start(ImageUnderTest image, Profile profile) {
    return SandboxContainer.start(
        images.reference(image.toString()), profile, server.environment());
  }
}
