package ai.opencode.sandbox.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page about the images of this build, as a browser renders it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@RequiresImages
@RequiresPrograms("chromium|chromium-browser|google-chrome")
class InspectionPageIT {

  /** A window size and colour scheme. */
  enum View {
    DESKTOP(1280, 900, false),
    DESKTOP_DARK(1280, 900, true),
    PHONE(390, 844, false),
    PHONE_DARK(390, 844, true);

    final int width;
    final int height;
    final boolean dark;

    View(int width, int height, boolean dark) {
      this.width = width;
      this.height = height;
      this.dark = dark;
    }
  }

  @TempDir private static Path folder;
  private Path page = Path.of("");
  private ABrowser browser;

  @BeforeAll
  void openBrowser() throws Exception {
    Optional<Path> program = ABrowser.program();
    Path layout = Path.of(System.getProperty("sandbox.contract.layout", "target/images"));
    List<ImageInspection> images = new ArrayList<>();
    for (String name : List.of("opencode-sandbox-base", "opencode-sandbox-developer")) {
      images.add(
          new ImageInspector(RegistryAccess.standard())
              .inspect(new ImageSource.OciDirectory(layout, name), Platform.host()));
    }
    page = folder.resolve("page.html");
    Files.writeString(page, InspectionPage.of(images));
    browser = new ABrowser(program.get(), Files.createDirectory(folder.resolve("profile")));
  }

  @AfterAll
  void closeBrowser() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  private void show(View view) throws Exception {
    browser.show(page, view.width, view.height, view.dark);
  }

  @ParameterizedTest
  @EnumSource
  void theTreemapsAreAsLargeAsTheBytes(View view) throws Exception {
    show(view);
    JsonNode maps =
        browser.evaluate(
            """
            [...document.querySelectorAll(".treemap")].map((map) => {
              const parts = JSON.parse(document.getElementById("data").textContent)
                .images[Number(map.dataset.image)].parts;
              const outer = map.getBoundingClientRect();
              return {
                area: outer.width * outer.height,
                bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
                cells: [...map.children].map((cell) => {
                  const box = cell.getBoundingClientRect();
                  return {
                    bytes: parts[Number(cell.dataset.part)].bytes,
                    area: box.width * box.height,
                    inside: box.left >= outer.left - 1 && box.right <= outer.right + 1 &&
                      box.top >= outer.top - 1 && box.bottom <= outer.bottom + 1,
                  };
                }),
              };
            })
            """);

    assertThat(maps).hasSize(2);
    for (JsonNode map : maps) {
      double whole = map.path("area").asDouble();
      double drawn = 0;
      assertThat(map.path("cells").size()).isGreaterThan(10);
      for (JsonNode cell : map.path("cells")) {
        assertThat(cell.path("inside").asBoolean()).isTrue();
        double share = cell.path("bytes").asDouble() / map.path("bytes").asDouble();
        assertThat(cell.path("area").asDouble() / whole).isCloseTo(share, within(0.002));
        drawn += cell.path("area").asDouble();
      }
      assertThat(drawn / whole).isBetween(0.97, 1.001);
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsWiderThanTheWindow(View view) throws Exception {
    show(view);

    assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(view.width);
    assertThat(
            browser.evaluate(
                """
                [...document.querySelectorAll(".scroll, .cell")]
                  .filter((box) => box.scrollWidth > box.clientWidth + 1)
                  .map((box) => box.className + ": " + box.textContent.slice(0, 60))
                """))
        .isEmpty();
  }

  /** The contrast by the formula of WCAG 2, which demands 4.5 for small text. */
  @ParameterizedTest
  @EnumSource
  void everyTextContrastsWithItsBackground(View view) throws Exception {
    show(view);
    JsonNode faint =
        browser.evaluate(
            """
            (() => {
              const channels = (color) => color.match(/[\\d.]+/g).map(Number);
              const light = (color) => {
                const [r, g, b] = channels(color).map((c) => c / 255)
                  .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const ground = (element) => {
                const color = getComputedStyle(element).backgroundColor;
                return channels(color)[3] === 0 ? ground(element.parentElement) : color;
              };
              return [...document.querySelectorAll("h1, h2, h3, p, dt, dd, th, td, small, code, .name, .size")]
                .map((element) => {
                  const style = getComputedStyle(element);
                  const [a, b] = [light(style.color), light(ground(element))].sort((x, y) => y - x);
                  return { text: element.textContent.slice(0, 40), ratio: (a + 0.05) / (b + 0.05) };
                })
                .filter((each) => each.ratio < 4.5);
            })()
            """);

    assertThat(faint).isEmpty();
    assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor").asText())
        .isEqualTo(view.dark ? "rgb(23, 24, 27)" : "rgb(251, 251, 250)");
  }

  /** The screen shows the colours of the style. */
  @ParameterizedTest
  @EnumSource
  void theColoursAreOnTheScreen(View view) throws Exception {
    show(view);
    JsonNode box =
        browser.evaluate(
            """
            (() => {
              const cell = document.querySelector(".treemap .cell");
              cell.scrollIntoView();
              const box = cell.getBoundingClientRect();
              return { left: box.left, top: box.top, width: box.width, height: box.height,
                color: getComputedStyle(cell).backgroundColor };
            })()
            """);
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(browser.picture()));
    int pixels = 0;
    int own = 0;
    int right = (int) (box.path("left").asDouble() + box.path("width").asDouble()) - 2;
    int bottom =
        Math.min(
            picture.getHeight(),
            (int) (box.path("top").asDouble() + box.path("height").asDouble()) - 2);
    for (int x = (int) box.path("left").asDouble() + 2; x < right; x++) {
      for (int y = Math.max(0, (int) box.path("top").asDouble()) + 2; y < bottom; y++) {
        int rgb = picture.getRGB(x, y);
        String color = "rgb(%d, %d, %d)".formatted(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255);
        pixels++;
        own += color.equals(box.path("color").asText()) ? 1 : 0;
      }
    }

    assertThat(picture.getWidth()).isEqualTo(view.width);
    // Part of the rectangle is under the stripes of a shared layer, and part is under the label.
    assertThat((double) own / pixels).isGreaterThan(0.35);
  }

  @ParameterizedTest
  @EnumSource
  void aPackageOpensIntoItsFilesAndClosesAgain(View view) throws Exception {
    show(view);
    browser.evaluate(
        "[...document.querySelectorAll('.cell')].find((c) => c.title.startsWith('git,')).click()");

    assertThat(browser.evaluate("document.querySelector('.trail').textContent").asText())
        .startsWith("All packages git ")
        .endsWith("files");
    assertThat(browser.evaluate("document.querySelector('.treemap .cell').title").asText())
        .startsWith("/usr/");
    assertThat(browser.evaluate("document.activeElement.textContent").asText())
        .isEqualTo("All packages");
    browser.evaluate("document.activeElement.click()");
    assertThat(browser.evaluate("document.activeElement.title").asText()).startsWith("git,");
  }

  @Test
  void showsSharedLayersAndLargeFiles() throws Exception {
    show(View.DESKTOP);

    assertThat(
            browser.evaluate("document.querySelectorAll('table.packages tbody tr').length").asInt())
        .isEqualTo(20);
    assertThat(browser.evaluate("document.querySelectorAll('.strip .shared').length").asInt())
        .isEqualTo(
            2 * browser.evaluate("document.querySelector('.strip').children.length").asInt());
    assertThat(
            browser
                .evaluate(
                    "document.querySelectorAll('.treemap')[1].querySelectorAll('.shared').length")
                .asInt())
        .isPositive();
  }

  @Test
  void itLoadsNothingAndHasNoErrors() throws Exception {
    show(View.DESKTOP);
    browser.picture();

    assertThat(browser.events("Runtime.exceptionThrown")).isEmpty();
    assertThat(browser.events("Log.entryAdded")).isEmpty();
    assertThat(browser.events("Network.requestWillBeSent"))
        .extracting(event -> event.path("params").path("request").path("url").asText())
        .isNotEmpty()
        .allMatch(url -> url.startsWith("file:") || url.startsWith("data:"));
  }
}
