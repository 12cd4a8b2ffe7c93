package ai.opencode.sandbox.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.inspect.ImageInspection.FileUse;
import ai.opencode.sandbox.inspect.ImageInspection.LayerUse;
import ai.opencode.sandbox.inspect.ImageInspection.PartOrigin;
import ai.opencode.sandbox.inspect.ImageInspection.PartUse;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.verify.ASandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageInspectorTest {

  @Test
  void everyByteHasItsPlace(@TempDir Path folder) throws IOException {
    ImageInspection image =
        new ImageInspector(RegistryAccess.standard())
            .inspect(ASandbox.base().in(folder), Platform.LINUX_AMD64);
    assertThat(image.name()).isEqualTo("opencode-sandbox-base");
    assertThat(image.parts()).extracting(PartUse::name).contains("nodejs", "apk database");
    assertThat(image.parts())
        .extracting(PartUse::bytes)
        .isSortedAccordingTo((a, b) -> Long.compare(b, a));
    PartUse node =
        image.parts().stream()
            .filter(part -> part.name().equals("nodejs"))
            .findFirst()
            .orElseThrow();
    assertThat(node.version()).isEqualTo("24.1.0-r0");
    assertThat(node.files()).extracting(FileUse::path).contains("usr/bin/node");
    assertThat(image.toJson().at("/layers/0/unpackedBytes").asLong())
        .isEqualTo(image.unpackedBytes());
  }

  @Test
  void namesFromAnImageReachThePageAsTextOnly() throws IOException {
    String evil = "</script><img src=x onerror=alert(1)>";
    ImageInspection image = image(evil, Digest.sha256("one"), evil);
    String page = InspectionPage.of(List.of(image));
    assertThat(page).doesNotContain("<img").contains("&lt;/script&gt;", "\\u003c/script>");
    assertThat(page.split("</script>", -1)).hasSize(3);
  }

  @Test
  void thePageLoadsNothing() throws IOException {
    String page =
        InspectionPage.of(
            List.of(
                image("base", Digest.sha256("one"), "x"),
                image("developer", Digest.sha256("one"), "x")));
    assertThat(page)
        .doesNotContain("http://", "https://", " src=", "@import", "url(")
        .contains("class=\"shared\"", "data-image=\"1\"", "Ten largest packages");
  }

  @Test
  void namesSharedLayers() {
    assertThat(
            InspectionText.lines(
                List.of(
                    image("base", Digest.sha256("one"), "x"),
                    image("developer", Digest.sha256("one"), "x"))))
        .contains("  * shared with another image here: 1.0 MB compressed");
  }

  private static ImageInspection image(String name, Digest layer, String file) {
    return new ImageInspection(
        name,
        "oci:images:" + name,
        Platform.LINUX_AMD64,
        Digest.sha256("image"),
        List.of(new LayerUse(1, layer, name, 1_000_000, 3_000_000, 2, 0)),
        List.of(
            new PartUse(
                PartOrigin.NPM,
                name,
                "1.0",
                2_000_000,
                500_000,
                List.of(new FileUse(file, 2_000_000, 1)))));
  }
}
