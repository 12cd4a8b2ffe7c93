package ai.opencode.sandbox.oci;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Documents with two interpretations: by the JSON reader, by the media type, by the sender's
 * statement.
 */
class ReadOneWayTest {

  private static final String BLOB =
      "{\"mediaType\":\"x/y\",\"digest\":\"sha256:" + "a".repeat(64) + "\",\"size\":1}";
  private static final String IMAGE =
      "{\"schemaVersion\":2,\"config\":" + BLOB + ",\"layers\":[" + BLOB + "]}";
  private static final String INDEX = "{\"schemaVersion\":2,\"manifests\":[" + BLOB + "]}";

  @Test
  void readsUnambiguousDocuments() {
    for (String type : List.of(MediaType.MANIFEST, MediaType.DOCKER_MANIFEST)) {
      assertThat(Manifest.parse(bytes(typed(IMAGE, type)), "it").layers()).hasSize(1);
    }
    for (String type : List.of(MediaType.INDEX, MediaType.DOCKER_LIST)) {
      assertThat(ImageIndex.parse(bytes(typed(INDEX, type)), "it").manifests()).hasSize(1);
    }
    assertThat(Manifest.parse(bytes(IMAGE), "it").layers()).hasSize(1);
    assertThat(mediaType(INDEX, "application/json; charset=utf-8")).isEqualTo(MediaType.INDEX);
    assertThat(mediaType(IMAGE, "")).isEqualTo(MediaType.MANIFEST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"manifests\":[B]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"manifests\":[]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"manifests\":null}",
        "{\"schemaVersion\":2,\"manifests\":[B],\"config\":B}",
        "{\"schemaVersion\":2,\"manifests\":[B],\"layers\":[]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"Layers\":[]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"layer\u017f\":[]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"MANIFESTS\":[B]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"mediatype\":\"x/y\"}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"Config\":B}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"layers\":[]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"\\u006cayers\":[]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[{\"digest\":\"D\",\"Digest\":\"D\",\"size\":1}]}",
        "{\"schemaVersion\":2,\"config\":{\"digest\":\"D\",\"size\":1,\"SIZE\":2},\"layers\":[]}",
        "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"D\",\"size\":1,\"platform\":{\"OS\":\"x\"}}]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"mediaType\":7}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"fsLayers\":[]}",
        "{\"schemaVersion\":1,\"config\":B,\"layers\":[B]}",
        "\ufeff{\"schemaVersion\":2,\"config\":B,\"layers\":[B]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B]} {}",
      })
  void refusesADocumentWithTwoReadings(String text) {
    byte[] json =
        bytes(text.replace("B", BLOB).replace("\"D\"", "\"sha256:" + "a".repeat(64) + "\""));
    assertRefused(() -> Manifest.parse(json, "it"));
    assertRefused(() -> ImageIndex.parse(json, "it"));
    assertRefused(() -> ReadOneWay.manifest(json, "it"));
  }

  /** Content in a descriptor, which some programs then read instead of the blob. */
  @ParameterizedTest
  @ValueSource(strings = {"e31=", "", "e30", "!", "e30K"})
  void refusesOtherContentInADescriptorThanItNames(String data) {
    byte[] content = bytes("{}");
    String empty = "{\"digest\":\"" + Digest.sha256(content) + "\",\"size\":2,\"data\":\"e30=\"}";
    String sound = "{\"schemaVersion\":2,\"config\":" + empty + ",\"layers\":[]}";

    assertThat(Manifest.parse(bytes(sound), "it").config().size()).isEqualTo(2);
    assertRefused(() -> Manifest.parse(bytes(sound.replace("e30=\"", data + "\"")), "it"));
  }

  @Test
  void refusesOtherEncodingsThanUtf8() {
    assertRefused(() -> Manifest.parse(IMAGE.getBytes(UTF_16LE), "it"));
  }

  @Test
  void refusesATypeThatContradictsTheContent() {
    assertRefused(() -> Manifest.parse(bytes(typed(IMAGE, MediaType.INDEX)), "it"));
    assertRefused(() -> ImageIndex.parse(bytes(typed(INDEX, MediaType.MANIFEST)), "it"));
  }

  @ParameterizedTest
  @CsvSource({
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "'application/vnd.oci.image.index.v1+json; charset=utf-8'",
    "application/VND.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v2+json",
  })
  void refusesAnotherTypeThanTheOneWritten(String sent) {
    assertRefused(() -> mediaType(typed(IMAGE, MediaType.MANIFEST), sent));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"config\":{\"User\":\"1000\",\"user\":\"0\"}}",
        "{\"config\":{\"user\":\"0\"}}",
        "{\"config\":{},\"Config\":{\"User\":\"0\"}}",
        "{\"rootfs\":{\"diff_ids\":[],\"Diff_IDs\":[\"x\"]}}",
        "{\"config\":{\"Entrypoint\":[\"a\"],\"ENTRYPOINT\":[\"b\"]}}",
        "{\"config\":{\"Healthcheck\":{\"test\":[\"x\"]}}}",
        "{\"architecture\":\"amd64\",\"Architecture\":\"arm64\"}",
        "{\"config\":{\"Wor\u212aingDir\":\"/\"}}",
        "{\"other\":1,\"Other\":2}",
      })
  void refusesAConfigurationWithTwoReadings(String json) {
    assertRefused(() -> ImageConfig.parse(bytes(json), "it"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"created\":\"yesterday\"}",
        "{\"created\":\"\"}",
        "{\"created\":\"2026-01-01T00:00Z\"}",
        "{\"author\":3}",
        "{\"os.features\":\"x\"}",
        "{\"history\":[{\"created\":\"x\"}]}",
        "{\"history\":[{\"empty_layer\":\"true\"}]}",
        "{\"history\":[7]}",
        "{\"rootfs\":{\"type\":\"layers+base\"}}",
        "{\"rootfs\":{\"diff_ids\":\"x\"}}",
        "{\"config\":[]}",
        "{\"config\":{\"Labels\":{\"a\":1}}}",
        "{\"config\":{\"Env\":[1]}}",
        "{\"config\":{\"Cmd\":\"sh\"}}",
        "{\"config\":{\"User\":0}}",
        "{\"config\":{\"Volumes\":[\"/x\"]}}",
        "{\"config\":{\"StopTimeout\":1.5}}",
        "{\"config\":{\"Healthcheck\":{\"Interval\":\"1s\"}}}",
      })
  void refusesAConfigurationThatNoEngineReads(String json) {
    assertRefused(() -> ImageConfig.parse(bytes(json), "it"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"schemaVersion\":\"2\",\"config\":B,\"layers\":[B]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"annotations\":{\"x\":1}}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[B],\"subject\":\"x\"}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[{\"digest\":\"D\",\"size\":1,\"urls\":\"x\"}]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[{\"digest\":\"D\",\"size\":1,\"data\":\"?\"}]}",
        "{\"schemaVersion\":2,\"config\":B,\"layers\":[{\"digest\":\"D\",\"size\":1,\"mediaType\":4}]}",
      })
  void refusesAManifestThatNoEngineReads(String text) {
    byte[] json =
        bytes(text.replace("B", BLOB).replace("\"D\"", "\"sha256:" + "a".repeat(64) + "\""));
    assertRefused(() -> Manifest.parse(json, "it"));
  }

  @Test
  void readsTheDocumentsOfEngines() {
    String config =
        "{\"created\":\"2026-01-01T00:00:00.123456789+02:00\",\"config\":{\"Cmd\":null,"
            + "\"Labels\":null,\"Volumes\":{\"/x\":{}},\"Env\":[\"A=1\"]},"
            + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":null}}";
    assertThat(ImageConfig.parse(bytes(config), "it").environment()).containsExactly("A=1");
  }

  @Test
  void namesInMapsAreFree() {
    String config = "{\"config\":{\"Labels\":{\"a\":\"1\",\"A\":\"2\"}},\"docker_version\":\"20\"}";
    assertThat(ImageConfig.parse(bytes(config), "it").labels()).hasSize(2);
  }

  private static String mediaType(String json, String sent) {
    JsonNode node = ReadOneWay.manifest(bytes(json), "it");
    return ReadOneWay.mediaType(node, sent, "it");
  }

  private static void assertRefused(ThrowingCallable reading) {
    assertThatThrownBy(reading)
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("it");
  }

  private static String typed(String json, String type) {
    return json.replaceFirst("\\{", "{\"mediaType\":\"" + type + "\",");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
