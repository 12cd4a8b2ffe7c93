package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search for traces of a machine finds them, so that a test by it can fail. */
class MachineTracesTest {

  private static final MachineTraces TRACES =
      new MachineTraces(Set.of("/home/ada/checkout", "0123456789abcdef"), Set.of("ada", "engine"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usr/local/lib",
        "from /tmp/x",
        "path=/tmp/x",
        "C:\\\\Users",
        "file:repository",
        "http://127.0.0.1:8080/x",
        "localhost:5000/base",
        "at 0123456789abcdef",
        "a/home/ada/checkout/b",
        "ada",
        "ada@engine",
        "built by ada",
        "git@h.example:ada/x",
        "refs/heads/engine"
      })
  void isFoundInAnyText(String text) {
    for (String json :
        new String[] {
          "{\"a\":\"" + text + "\"}",
          "{\"a\":[{\"b\":[\"" + text + "\"]}]}",
          "{\"a\":{\"" + text + "\":1}}"
        }) {
      assertThat(TRACES.in(Json.parse(json.getBytes(StandardCharsets.UTF_8), "it")))
          .as(json)
          .isNotEmpty();
    }
  }

  @Test
  void isFoundInWhatAHeadPacks() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write("packager = /home/ada/checkout".getBytes(StandardCharsets.UTF_8));
    }
    String head = Base64.getEncoder().encodeToString(bytes.toByteArray());

    assertThat(TRACES.in(Json.object().put("head", head)))
        .containsExactly("/head: /home/ada/checkout");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://h.example/usr/lib/x",
        "./usr/lib/x",
        "usr/lib/x",
        "linux/amd64",
        "https://ada-lang.example/adamant",
        "pkg:apk/alpine/canada@1",
        "built package from: search-engine 1"
      })
  void isNotFoundInWhatEveryMachineWrites(String text) {
    assertThat(TRACES.in(Json.object().put("a", text))).isEmpty();
  }

  @Test
  void knowsThisMachine() throws Exception {
    MachineTraces here = MachineTraces.ofThis();

    assertThat(here.places()).contains(System.getProperty("user.dir"));
    assertThat(here.in(Json.object().put("by", System.getProperty("user.name")))).isNotEmpty();
  }
}
