package ai.opencode.sandbox.attest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes whose statements are left out; AttestOptionTest compares them with those of builds. */
class KeptStatementsTest {

  private static final Digest IMAGE = Digest.sha256("image");

  @TempDir private Path directory;
  private BlobStore blobs;

  @BeforeEach
  void open() {
    blobs = new BlobStore(directory);
  }

  @Test
  void ofAllAreTheImageItself() throws IOException {
    Descriptor root = index(statement(AttestationKind.SBOM));

    for (List<String> words : List.of(List.<String>of(), List.of("all"), List.of("sbom"))) {
      assertThat(KeptStatements.of(words, blobs, root).root()).isEqualTo(root);
    }
  }

  @Test
  void ofNoneLeaveTheImageAlone() throws IOException {
    KeptStatements kept =
        KeptStatements.of(List.of("none"), blobs, index(statement(AttestationKind.SBOM)));

    assertThat(entries(kept)).extracting(Descriptor::digest).containsExactly(IMAGE);
    assertThat(blobs.contains(kept.root().digest())).isFalse();
  }

  @Test
  void ofSomeKindsAreTheirs() throws IOException {
    Statement origin = statement(AttestationKind.ORIGIN);
    KeptStatements kept =
        KeptStatements.of(List.of("origin"), blobs, index(statement(AttestationKind.SBOM), origin));

    assertThat(kept.root().digest()).isEqualTo(index(origin).digest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "{}", "1", "{\"manifests\": [1]}", "{\"manifests\": [{}]}", "{"})
  void ofAnIndexThatIsNoneAreRefused(String json) throws IOException {
    Descriptor root = blobs.put(MediaType.INDEX, json.getBytes(UTF_8));

    assertThatThrownBy(() -> KeptStatements.of(List.of("none"), blobs, root))
        .isInstanceOf(VerificationException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "{}", "{\"config\": {}, \"layers\": 1}", "{\"layers\": [{}]}"})
  void ofAManifestThatIsNoneAreRefused(String json) throws IOException {
    Descriptor manifest = blobs.put(MediaType.MANIFEST, json.getBytes(UTF_8));
    Descriptor root = index(AttestationManifest.entry(IMAGE, manifest));

    assertThatThrownBy(() -> KeptStatements.of(List.of("none"), blobs, root))
        .isInstanceOf(VerificationException.class);
  }

  @Test
  void ofNestedIndexesAndUnknownWordsAreRefused() throws IOException {
    Descriptor nested = index(index(statement(AttestationKind.SBOM)));

    assertThatThrownBy(() -> KeptStatements.of(List.of("none"), blobs, nested))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("lists another index");
    assertThatThrownBy(() -> KeptStatements.of(List.of("sbm"), blobs, nested))
        .isInstanceOf(UsageException.class);
  }

  private static Statement statement(AttestationKind kind) {
    return Statement.of(kind, IMAGE, "{\"a\":1}".getBytes(UTF_8));
  }

  private Descriptor index(Statement... statements) throws IOException {
    return index(AttestationManifest.write(IMAGE, List.of(statements), blobs));
  }

  private Descriptor index(Descriptor more) throws IOException {
    Descriptor image = Descriptor.of(MediaType.MANIFEST, IMAGE, 1);
    return blobs.put(MediaType.INDEX, new ImageIndex(List.of(image, more), Map.of()).toJson());
  }

  private static List<Descriptor> entries(KeptStatements kept) throws IOException {
    return ImageIndex.parse(kept.blobs().read(kept.root().digest()), "the index").manifests();
  }
}
