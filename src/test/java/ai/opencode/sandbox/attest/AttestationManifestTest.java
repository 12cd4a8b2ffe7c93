package ai.opencode.sandbox.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttestationManifestTest {

  private static final Digest IMAGE = Digest.sha256("image");
  private static final Statement STATEMENT =
      new Statement("https://example.org/type", IMAGE, "{}".getBytes(StandardCharsets.UTF_8));

  private BlobStore store;

  @BeforeEach
  void makeStore(@TempDir Path directory) {
    store = new BlobStore(directory);
  }

  /** BuildKit's form, without subject (docs/attestations/attestation-storage.md). */
  @Test
  void hasTheFormOfBuildKit() throws IOException {
    Descriptor entry = AttestationManifest.write(IMAGE, List.of(STATEMENT), store);

    Digest layer = Digest.sha256(STATEMENT.toJson());
    assertThat(new String(store.read(entry.digest()), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                + "\"artifactType\":\"application/vnd.docker.attestation.manifest.v1+json\","
                + "\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":"
                + "\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\","
                + "\"size\":2,\"data\":\"e30=\"},"
                + "\"layers\":[{\"mediaType\":\"application/vnd.in-toto+json\",\"digest\":\""
                + layer
                + "\",\"size\":"
                + STATEMENT.toJson().length
                + ",\"annotations\":{\"in-toto.io/predicate-type\":\"https://example.org/type\"}}]}");
    assertThat(entry.platform()).isEqualTo(Platform.NONE);
    assertThat(entry.annotations())
        .containsEntry("vnd.docker.reference.type", "attestation-manifest")
        .containsEntry("vnd.docker.reference.digest", IMAGE.toString());
    assertThat(store.read(layer)).isEqualTo(STATEMENT.toJson());
  }

  @Test
  void listsItsStatementsAlone() throws IOException {
    Descriptor entry = AttestationManifest.write(IMAGE, List.of(STATEMENT), store);
    byte[] other =
        new String(store.read(entry.digest()), StandardCharsets.UTF_8)
            .replace("application/vnd.in-toto+json", "application/vnd.other")
            .getBytes(StandardCharsets.UTF_8);

    assertThat(AttestationManifest.statements(store.read(entry.digest()), "it")).hasSize(1);
    assertThat(AttestationManifest.statements(other, "it")).isEmpty();
  }

  @Test
  void isOneOfAFewForAnImage() throws IOException {
    Descriptor entry = AttestationManifest.write(IMAGE, List.of(STATEMENT), store);
    ImageIndex few = new ImageIndex(Collections.nCopies(4, entry), Map.of());
    ImageIndex many = new ImageIndex(Collections.nCopies(5, entry), Map.of());

    assertThat(AttestationManifest.entries(few, IMAGE)).hasSize(4);
    assertThat(AttestationManifest.entries(many, Digest.sha256("other"))).isEmpty();
    assertThatThrownBy(() -> AttestationManifest.entries(many, IMAGE))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("has 5 attestations for " + IMAGE);
  }

  @Test
  void mustNotListMany() throws IOException {
    Descriptor entry = AttestationManifest.write(IMAGE, Collections.nCopies(17, STATEMENT), store);
    byte[] manifest = store.read(entry.digest());

    assertThatThrownBy(() -> AttestationManifest.statements(manifest, "it"))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("it: lists more than 16 statements");
  }
}
