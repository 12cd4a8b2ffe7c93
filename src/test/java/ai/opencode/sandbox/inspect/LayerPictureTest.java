package ai.opencode.sandbox.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.inspect.ImageInspection.LayerUse;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class LayerPictureTest {

  private static final String NODE = "apk nodejs-24.1-r0 (unchanged)";
  private static final String SMALL = "apk bash-5.3-r1 zlib-1.3-r0 curl-8-r0";

  @Test
  void drawsFirstLayersAtTheBottom() throws Exception {
    List<Element> layers = layers(image("base", "alpine", NODE, SMALL));

    assertThat(layers).hasSize(3);
    assertThat(layers).extracting(each -> -Double.parseDouble(each.getAttribute("y"))).isSorted();
    assertThat(layers)
        .extracting(each -> each.getAttribute("class"))
        .containsExactly("m", "p", "m");
  }

  @Test
  void palesLayersThatAnImageToTheLeftHas() throws Exception {
    ImageInspection before = image("tools", "alpine", NODE, SMALL);
    ImageInspection after = image("tools", "alpine", NODE, SMALL + "-newer");
    List<Element> layers = layers(before, after);

    assertThat(layers.subList(0, 3)).noneMatch(LayerPictureTest::isPale);
    assertThat(layers.subList(3, 6))
        .extracting(LayerPictureTest::isPale)
        .containsExactly(true, true, false);
    assertThat(texts(before, after)).contains("6.0 MB in 3 layers; to move: 2.0 MB in 1");
  }

  @Test
  void namesTheFirstPackageOfALayer() throws Exception {
    assertThat(texts(image("base", NODE, SMALL, "npm tsx@4.2.0")))
        .contains("nodejs-24.1-r0", "bash-5.3-r1 + 2 more", "tsx@4.2.0", "2.0 MB");
  }

  @Test
  void textOfImagesIsOnlyText() throws Exception {
    String hostile = "</text><script>alert(1)</script>\u0000\u202e&\"'" + "x".repeat(9999);
    Document picture = parsed(image(hostile, hostile, "apk " + hostile + " b"));

    assertThat(picture.getElementsByTagName("script").getLength()).isZero();
    assertThat(LayerPicture.of(List.of(image(hostile, hostile)))).hasSizeLessThan(4000);
  }

  @Test
  void isTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    String english = LayerPicture.of(List.of(image("base", NODE)));
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(LayerPicture.of(List.of(image("base", NODE)))).isEqualTo(english);
    } finally {
      Locale.setDefault(before);
    }
  }

  private static boolean isPale(Element layer) {
    return layer.getAttribute("class").endsWith(" again");
  }

  private static List<Element> layers(ImageInspection... images) throws Exception {
    return elements(parsed(images), "rect").stream()
        .filter(each -> each.getAttribute("width").length() == 3)
        .toList();
  }

  private static List<String> texts(ImageInspection... images) throws Exception {
    return elements(parsed(images), "text").stream().map(Element::getTextContent).toList();
  }

  private static List<Element> elements(Document picture, String name) {
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < picture.getElementsByTagName(name).getLength(); i++) {
      elements.add((Element) picture.getElementsByTagName(name).item(i));
    }
    return elements;
  }

  private static Document parsed(ImageInspection... images) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(LayerPicture.of(List.of(images)))));
  }

  private static ImageInspection image(String name, String... layers) {
    List<LayerUse> uses = new ArrayList<>();
    for (String layer : layers) {
      Digest digest = Digest.sha256(layer.getBytes(StandardCharsets.UTF_8));
      uses.add(new LayerUse(uses.size() + 1, digest, layer, 2_000_000, 5_000_000, 9, 0));
    }
    Digest digest = Digest.sha256(uses.toString().getBytes(StandardCharsets.UTF_8));
    return new ImageInspection(name, "oci:x", Platform.LINUX_AMD64, digest, uses, List.of());
  }
}
