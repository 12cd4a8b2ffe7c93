package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.OciLayout;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The images of this build in Distribution's server and in a layout, read and copied by other
 * programs: each copy has the same index with the statements, and no tag beside it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
@RequiresImages
@RequiresPrograms("docker-registry")
class RegistryClientsIT {

  private static final String NAME = "opencode-sandbox-base";
  private static final String SPDX = "https://spdx.dev/Document";

  @TempDir private static Path directory;
  private APublication published;
  private Oracle oracle;
  private String image = "";
  private Digest index;

  @BeforeAll
  void publish() throws Exception {
    published = APublication.in(directory.resolve("registry"));
    oracle = new Oracle(directory);
    image = published.reference(NAME);
    index = published.index(NAME).digest();
  }

  @AfterAll
  void stop() throws Exception {
    if (published != null) {
      published.close();
    }
  }

  private String copy(String by) {
    return published.address() + "/" + by + "/copy:1";
  }

  private String fromLayout(String by) {
    return published.address() + "/" + by + "/layout:1";
  }

  private String statements() throws Exception {
    return published.reference(NAME, published.statements(NAME));
  }

  private static JsonNode json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "the answer");
  }

  private static String sbomOf(JsonNode manifest) {
    for (JsonNode each : manifest.path("layers")) {
      if (each.at("/annotations/in-toto.io~1predicate-type").asText().equals(SPDX)) {
        return each.path("digest").asText();
      }
    }
    throw new AssertionError(manifest + " has no SBOM");
  }

  @Test
  @RequiresPrograms("crane")
  void craneReadsAndCopiesEverything() throws Exception {
    oracle.run("crane", "validate", "--remote", image);
    assertThat(Digest.sha256(oracle.run("crane", "manifest", image))).isEqualTo(index);
    assertThat(oracle.run("crane", "digest", "--platform", "linux/amd64", image).strip())
        .isEqualTo(published.platform(NAME).toString());
    String sbom = sbomOf(json(oracle.run("crane", "manifest", statements())));
    JsonNode statement =
        json(oracle.run("crane", "blob", published.address() + "/" + NAME + "@" + sbom));
    assertThat(statement.path("predicateType").asText()).isEqualTo(SPDX);
    assertThat(statement.at("/subject/0/digest/sha256").asText())
        .isEqualTo(published.platform(NAME).hex());

    oracle.run("crane", "copy", image, copy("crane"));
    assertThat(oracle.run("crane", "digest", copy("crane")).strip()).isEqualTo(index.toString());
    oracle.run("crane", "validate", "--remote", copy("crane"));
    assertThat(oracle.run("crane", "ls", published.address() + "/crane/copy").strip())
        .isEqualTo("1");
    Path pulled = directory.resolve("crane");
    oracle.run("crane", "pull", "--format=oci", image, pulled.toString());
    assertHasAll(new OciLayout(pulled));
  }

  @Test
  @RequiresPrograms("oras")
  void orasReadsAndCopiesEverything() throws Exception {
    assertThat(Digest.sha256(oracle.run("oras", "manifest", "fetch", "--plain-http", image)))
        .isEqualTo(index);
    String sbom =
        sbomOf(json(oracle.run("oras", "manifest", "fetch", "--plain-http", statements())));
    String blob = published.address() + "/" + NAME + "@" + sbom;
    assertThat(
            json(oracle.run("oras", "blob", "fetch", "--plain-http", "--output", "-", blob))
                .path("predicateType")
                .asText())
        .isEqualTo(SPDX);

    String[] both = {"oras", "cp", "-r", "--from-plain-http", "--to-plain-http"};
    oracle.run(both[0], both[1], both[2], both[3], both[4], image, copy("oras"));
    assertOrasHas(copy("oras"));
    String layout = APublication.LAYOUT + ":" + NAME;
    oracle.run(
        "oras", "cp", "-r", "--from-oci-layout", "--to-plain-http", layout, fromLayout("oras"));
    assertOrasHas(fromLayout("oras"));
    Path copied = directory.resolve("oras");
    oracle.run("oras", "cp", "-r", "--from-plain-http", "--to-oci-layout", image, copied + ":1");
    assertHasAll(new OciLayout(copied));
  }

  private void assertOrasHas(String reference) throws Exception {
    String[] tags = {"oras", "repo", "tags", "--plain-http", reference.replaceFirst(":1$", "")};
    assertThat(oracle.run(tags).strip()).isEqualTo("1");
    assertThat(
            json(oracle.run("oras", "manifest", "fetch", "--plain-http", "--descriptor", reference))
                .path("digest")
                .asText())
        .isEqualTo(index.toString());
  }

  @Test
  @RequiresPrograms("regctl")
  void regctlReadsAndCopiesEverything() throws Exception {
    oracle.run("regctl", "registry", "set", "--tls", "disabled", published.address());
    assertThat(
            Digest.sha256(oracle.run("regctl", "manifest", "get", "--format", "raw-body", image)))
        .isEqualTo(index);
    String sbom =
        sbomOf(json(oracle.run("regctl", "manifest", "get", "--format", "raw-body", statements())));
    assertThat(
            json(oracle.run("regctl", "blob", "get", published.address() + "/" + NAME, sbom))
                .path("predicateType")
                .asText())
        .isEqualTo(SPDX);
    assertThat(oracle.run("regctl", "artifact", "tree", image))
        .contains(published.platform(NAME).toString(), published.statements(NAME).toString());

    oracle.run("regctl", "image", "copy", image, copy("regctl"));
    assertRegctlHas(copy("regctl"));
    String layout = "ocidir://" + APublication.LAYOUT + ":" + NAME;
    oracle.run("regctl", "image", "copy", layout, fromLayout("regctl"));
    assertRegctlHas(fromLayout("regctl"));
  }

  private void assertRegctlHas(String reference) throws Exception {
    assertThat(oracle.run("regctl", "image", "digest", reference).strip())
        .isEqualTo(index.toString());
    assertThat(oracle.run("regctl", "tag", "ls", reference.replaceFirst(":1$", "")).strip())
        .isEqualTo("1");
  }

  @Test
  @RequiresPrograms("skopeo")
  void skopeoCopiesEverythingThereAndBack() throws Exception {
    Path layout = directory.resolve("skopeo");
    Skopeo.run(
        "copy", "--all", "--src-tls-verify=false", "docker://" + image, "oci:" + layout + ":1");
    assertHasAll(new OciLayout(layout));
    String[] back = {"copy", "--all", "--preserve-digests", "--dest-tls-verify=false"};
    String target = "docker://" + copy("skopeo");
    Skopeo.run(back[0], back[1], back[2], back[3], "oci:" + layout + ":1", target);
    assertThat(Digest.sha256(Skopeo.run("inspect", "--raw", "--tls-verify=false", target)))
        .isEqualTo(index);
  }

  private void assertHasAll(OciLayout layout) throws Exception {
    for (Digest each : OciLayout.reachable(published.layout().blobs(), published.index(NAME))) {
      layout.blobs().verify(each);
    }
  }
}
