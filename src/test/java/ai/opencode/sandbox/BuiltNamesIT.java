package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of this product's images, where a build has written them into a layout. */
@RequiresImages
@Timeout(120)
class BuiltNamesIT {

  @TempDir private Path directory;

  @BeforeEach
  void build() throws Exception {
    Files.createSymbolicLink(
        directory.resolve("images"),
        Path.of(System.getProperty("sandbox.contract.layout", "target/images")).toAbsolutePath());
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "opencode-sandbox-base"})
  void areThoseOfTheLayout(String name) throws Exception {
    assertThat(Program.standard().run(directory.resolve("out"), List.of("verify", name)))
        .startsWith("oci:images:opencode-sandbox-base ");
  }

  /** They lead to Docker Hub only if the layout has no such image. */
  @Test
  void listSoftwareOfTheLayout() throws Exception {
    assertThat(Program.standard().run(directory.resolve("out"), List.of("sbom", "developer")))
        .contains("opencode-sandbox-developer");
  }
}
