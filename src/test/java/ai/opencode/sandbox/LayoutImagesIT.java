package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Platform;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;

/**
 * Each image of the layout of the contract, whatever it is called: also those of a {@code
 * sandbox.yaml}, for which {@link ImageContractIT} has no lines.
 */
@RequiresEngine
@RequiresImages
@Timeout(300)
class LayoutImagesIT {

  private static final Path FILE = Path.of("sandbox.yaml").toAbsolutePath();

  @TempDir private Path directory;
  private ContractImages images;

  @BeforeEach
  void serve() throws IOException {
    images = ContractImages.open();
  }

  @AfterEach
  void close() throws IOException {
    images.close();
  }

  @TestFactory
  Stream<DynamicNode> everyImage() throws IOException {
    List<String> names =
        ContractImages.layout().index().manifests().stream()
            .map(image -> Objects.requireNonNull(image.annotations().get(Annotations.REF_NAME)))
            .sorted()
            .toList();
    assertThat(names).isNotEmpty();
    return names.stream()
        .map(
            name ->
                dynamicContainer(
                    name,
                    Stream.of(
                        dynamicTest("has no findings", () -> hasNoFindings(name)),
                        dynamicTest("starts hardened as its user", () -> startsHardened(name)))));
  }

  private void hasNoFindings(String name) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("verify"));
    if (Files.exists(FILE)) {
      arguments.addAll(List.of("--file", FILE.toString()));
    }
    arguments.addAll(List.of("--platform", Platform.host().toString()));
    Path layout =
        Path.of(System.getProperty("sandbox.contract.layout", "target/images")).toAbsolutePath();
    arguments.add("oci:" + layout + ":" + name);

    Path output = Files.createDirectories(directory.resolve(name)).resolve("verified");
    assertThat(Program.standard().run(output, arguments)).contains("no findings");
  }

  /** With another entrypoint, because that of somebody's own image may be an agent. */
  private void startsHardened(String name) {
    try (GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(images.reference(name)))
            .withNetworkMode("none")
            .withStartupCheckStrategy(new OneShotStartupCheckStrategy())
            .withCommand("-c", "echo started as $(id -u)")
            .withCreateContainerCmdModifier(
                create ->
                    Profile.HARDENED.apply(
                        create.withEntrypoint("/bin/sh"),
                        Objects.requireNonNullElseGet(
                            create.getHostConfig(), HostConfig::newHostConfig)))) {
      container.start();
      assertThat(container.getLogs()).containsPattern("started as [1-9]");
    }
  }
}
