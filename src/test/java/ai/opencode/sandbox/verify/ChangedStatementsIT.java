package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The statements about this build's developer image, whose npm packages small images lack. */
@RequiresImages
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChangedStatementsIT {

  private static final Path LAYOUT =
      Path.of(System.getProperty("sandbox.contract.layout", "target/images")).toAbsolutePath();
  private static final String NAME = SandboxImages.developer().name();
  private static final String PACKAGE = "usr/local/lib/node_modules/typescript";
  private static final ImageVerifier VERIFIER =
      new ImageVerifier(RegistryAccess.standard())
          .withRequired(EnumSet.allOf(AttestationKind.class));

  @TempDir private static Path directory;
  private Descriptor root = Descriptor.of(MediaType.INDEX, Digest.sha256(""), 0);

  @BeforeAll
  void copy() throws IOException {
    OciLayout layout = new OciLayout(LAYOUT);
    root = layout.find(NAME).orElseThrow();
    new OciLayout(directory).put(layout.blobs(), Map.of(NAME, root));
  }

  @Test
  void asTheyAreHaveNoFinding() throws IOException {
    assertThat(verify(image().write())).isEmpty();
  }

  /** Neither document has a hash of it then, as of a package that another one brought. */
  @Test
  void anInputThatProvenanceAndSbomLeaveOutIsNamed() throws IOException {
    AnAttestedImage image = image();
    Descriptor index =
        image
            .predicate(AttestationKind.PROVENANCE, inputs(Iterator::remove))
            .predicate(AttestationKind.SBOM, ChangedStatementsIT::withoutHash)
            .write();

    assertThat(verify(index)).extracting(Finding::where).contains(PACKAGE);
  }

  private static Consumer<ObjectNode> inputs(Consumer<Iterator<JsonNode>> change) {
    return provenance -> {
      ArrayNode all = (ArrayNode) provenance.at("/buildDefinition/resolvedDependencies");
      for (Iterator<JsonNode> each = all.iterator(); each.hasNext(); ) {
        if (each.next().at("/annotations/path").asText().equals(PACKAGE)) {
          change.accept(each);
        }
      }
    };
  }

  private static void withoutHash(ObjectNode sbom) {
    for (JsonNode each : sbom.path("packages")) {
      if (each.at("/annotations/0/comment")
          .asText()
          .equals("FilePath: " + PACKAGE + "/package.json")) {
        ((ObjectNode) each).remove("checksums");
      }
    }
  }

  private AnAttestedImage image() throws IOException {
    return AnAttestedImage.of(root.digest(), new OciLayout(directory).blobs());
  }

  private List<Finding> verify(Descriptor index) throws IOException {
    Descriptor named = index.withAnnotations(Map.of("org.opencontainers.image.ref.name", NAME));
    Files.write(directory.resolve("index.json"), new ImageIndex(List.of(named), Map.of()).toJson());
    return VERIFIER
        .verify(new ImageSource.OciDirectory(directory, NAME), Platform.host())
        .findings();
  }
}
