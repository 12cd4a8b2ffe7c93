package ai.opencode.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests, indexes and configurations as JSON. */
class DocumentsTest {

  private static final String HEX =
      "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

  @Test
  void readsAnIndexWithFieldsOfNewerTools() {
    ImageIndex index =
        ImageIndex.parse(
            bytes(
                "{'schemaVersion':2,'artifactType':'x/y','manifests':[{'mediaType':'m','size':6,"
                    + "'artifactType':'a/b','data':'aGVsbG8K','digest':'sha256:%s','platform':{"
                    + "'os':'linux','architecture':'arm64','variant':'v8','os.features':['x']}}]}"),
            "index");

    assertThat(index.forPlatform(Platform.LINUX_ARM64, "it")).map(Descriptor::size).contains(6L);
    assertThat(index.forPlatform(Platform.LINUX_AMD64, "it")).isEmpty();
  }

  @Test
  void writesFieldsInTheSpecificationsOrder() {
    Descriptor config = Descriptor.of(MediaType.CONFIG, Digest.of("sha256:" + HEX), 3);
    Manifest manifest = new Manifest(config, List.of(config), Map.of("b", "2", "a", "1"));

    String descriptor =
        "{'mediaType':'application/vnd.oci.image.config.v1+json','digest':'sha256:%s','size':3}";
    assertThat(manifest.toJson())
        .isEqualTo(
            bytes(
                "{'schemaVersion':2,'mediaType':'application/vnd.oci.image.manifest.v1+json',"
                    + "'config':"
                    + descriptor
                    + ",'layers':["
                    + descriptor
                    + "],'annotations':{'a':'1','b':'2'}}"));
    assertThat(Manifest.parse(manifest.toJson(), "manifest")).isEqualTo(manifest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{} {}",
        "{'manifests':{}}",
        "{'manifests':[{}]}",
        "{'manifests':[{'digest':'sha256:12','size':1}]}",
        "{'manifests':[{'digest':'sha512:%s','size':1}]}",
        "{'manifests':[{'digest':'sha256:%s','size':-1}]}",
        "{'manifests':[{'digest':'sha256:%s','size':1e99}]}",
        "{'manifests':[],'manifests':[]}",
      })
  void refusesMalformedIndexesAndNamesThem(String json) {
    assertThatThrownBy(() -> ImageIndex.parse(bytes(json), "the index of x"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("the index of x");
  }

  @Test
  void refusesDocumentsOfUnreasonableDepthAndSize() {
    assertThatThrownBy(() -> ImageIndex.parse(bytes("[".repeat(100_000)), "deep"))
        .isInstanceOf(VerificationException.class);
    assertThatThrownBy(() -> ImageIndex.parse(new byte[Json.MAX_BYTES + 1], "large"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("large: more than 4194304 bytes");
  }

  @Test
  void keepsUnknownFieldsOfAConfiguration() {
    ImageConfig config =
        ImageConfig.parse(
            bytes(
                "{'os':'linux','architecture':'amd64','author':'A','config':{'User':'1000:1000',"
                    + "'Env':['PATH=/bin'],'Entrypoint':['/init'],'Cmd':['bash'],'WorkingDir':'/w',"
                    + "'StopSignal':'SIGINT','Volumes':{'/b':{},'/a':{}},'ExposedPorts':{'80/tcp':{}},"
                    + "'Healthcheck':{'Test':['CMD','true'],'StartInterval':5},'Shell':['/bin/ash']},"
                    + "'rootfs':{'type':'layers','diff_ids':['sha256:%s']}}"),
            "config");

    assertThat(config.user()).isEqualTo("1000:1000");
    assertThat(config.environment()).containsExactly("PATH=/bin");
    assertThat(config.entrypoint()).containsExactly("/init");
    assertThat(config.command()).containsExactly("bash");
    assertThat(config.workingDirectory()).isEqualTo("/w");
    assertThat(config.volumes()).containsExactly("/a", "/b");
    String written = new String(config.withLabel("k", "v").toJson(), StandardCharsets.UTF_8);
    assertThat(written).contains("\"StartInterval\":5", "\"Shell\":[\"/bin/ash\"]", "\"author\"");
    assertThat(ImageConfig.parse(config.withLabel("k", "v").toJson(), "config").labels())
        .containsExactly(Map.entry("k", "v"));
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').replace("%s", HEX).getBytes(StandardCharsets.UTF_8);
  }
}
