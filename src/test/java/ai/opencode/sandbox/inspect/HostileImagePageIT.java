package ai.opencode.sandbox.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.inspect.ImageInspection.FileUse;
import ai.opencode.sandbox.inspect.ImageInspection.LayerUse;
import ai.opencode.sandbox.inspect.ImageInspection.PartOrigin;
import ai.opencode.sandbox.inspect.ImageInspection.PartUse;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A page about an image in which every text tries to run, load or open something. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@RequiresPrograms("chromium|chromium-browser|google-chrome")
class HostileImagePageIT {

  private static final String RUN = "window.ran=1,document.title='ran'";

  @TempDir private static Path folder;
  private ABrowser browser;

  @BeforeAll
  void openBrowser() throws Exception {
    Optional<Path> program = ABrowser.program();
    browser = new ABrowser(program.get(), Files.createDirectory(folder.resolve("profile")));
  }

  @AfterAll
  void closeBrowser() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  static List<String> hostileTexts() {
    return List.of(
        "@DATA@",
        "@SCRIPT@",
        "@STYLE@ @BODY@ @POLICY@",
        "x onmouseover=" + RUN + " autofocus tabindex=0 onfocus=" + RUN + " y",
        "\" onmouseover=\"" + RUN + "\" autofocus tabindex=0 onfocus=\"" + RUN,
        "' onmouseover='" + RUN + "' autofocus tabindex='0' onfocus='" + RUN,
        "<img src=x onerror=" + RUN + ">",
        "<svg onload=" + RUN + "><script>" + RUN + "</script></svg>",
        "</script><script>" + RUN + "</script>",
        "</ScRiPt\t><script>" + RUN + "</script >",
        "<!--<script>",
        "--></script><script>" + RUN + "</script>",
        "]]></script><script>" + RUN + "</script>",
        "</style><script>" + RUN + "</script><style>*{display:none}",
        "</title></textarea></noscript></template><script>" + RUN + "</script>",
        "<meta http-equiv=refresh content='0;url=about:blank#gone'>",
        "<base href='http://127.0.0.1:9/'><iframe srcdoc='<script>" + RUN + "</script>'>",
        "<a href=\"javascript:" + RUN + "\" autofocus>click</a>",
        "<form action=http://127.0.0.1:9/><button autofocus>",
        "<details open ontoggle=" + RUN + ">",
        "<input onfocus=" + RUN + " autofocus>",
        "<body onload=" + RUN + "><link rel=stylesheet href=http://127.0.0.1:9/>",
        "javascript:" + RUN,
        "data:text/html,<script>" + RUN + "</script>",
        "&lt;script&gt;" + RUN + "&#60;/script&#62; &quot; onfocus=" + RUN,
        "\\u003c/script>\\u003cscript>" + RUN,
        "\\\"}]};" + RUN + ";//",
        "`${" + RUN + "}`",
        "$1 $& $` \\1 %s {0}",
        "__proto__",
        "constructor",
        "a\u2028" + RUN + "\u2029b",
        "\u202Etxt.exe\u2066\u200F\uFEFF",
        "\u0000\u0001\u001B]0;x\u0007\u009B31m\u007F",
        "\uD800 lone \uDC00",
        "+ADw-script+AD4-" + RUN,
        "\u001B$B<script>" + RUN,
        "a".repeat(200_000) + "\"><script>" + RUN + "</script>");
  }

  /** Puts the same text in every field that an image controls. */
  private static ImageInspection image(String text, int number) {
    List<PartUse> parts = new ArrayList<>();
    for (PartOrigin origin : PartOrigin.values()) {
      parts.add(
          new PartUse(
              origin,
              text,
              text,
              2_000_000,
              500_000,
              List.of(new FileUse(text, 1_000_000, 1), new FileUse("x/" + text, 1_000_000, 1))));
    }
    return new ImageInspection(
        text,
        text,
        Platform.LINUX_AMD64,
        Digest.sha256(text),
        List.of(
            new LayerUse(1, Digest.sha256("shared"), text, 1_000_000, 3_000_000, 2, 0),
            new LayerUse(2, Digest.sha256("own" + number), text, 10, 30, 2, 5)),
        parts);
  }

  private void show(String page) throws Exception {
    Path file = folder.resolve("page.html");
    Files.writeString(file, page);
    browser.show(file, 1280, 900, false);
    // Performs all possible user actions on each element of the page.
    browser.evaluate(
        """
        document.querySelectorAll("*").forEach((element) => {
          for (const type of ["mouseover", "focus", "click", "toggle", "error", "load"]) {
            element.dispatchEvent(new Event(type, { bubbles: false }));
          }
        })
        """);
    browser.evaluate("document.querySelectorAll('summary').forEach((each) => each.click())");
  }

  private void assertNothingRanAndNothingWentAnywhere() throws Exception {
    assertThat(browser.evaluate("[window.ran === undefined, document.title]").toString())
        .isEqualTo("[true,\"Where the bytes are\"]");
    assertThat(browser.evaluate("location.href.split('/').pop()").asText()).isEqualTo("page.html");
    assertThat(browser.evaluate("({}).polluted === undefined").asBoolean()).isTrue();
    assertThat(browser.events("Page.javascriptDialogOpening")).isEmpty();
    assertThat(browser.events("Page.windowOpen")).isEmpty();
    assertThat(browser.events("Page.frameRequestedNavigation")).isEmpty();
    assertThat(browser.events("Page.frameAttached")).isEmpty();
    assertThat(browser.events("Page.frameNavigated")).hasSizeLessThanOrEqualTo(1);
    assertThat(browser.events("Network.requestWillBeSent"))
        .extracting(event -> event.path("params").path("request").path("url").asText())
        .allMatch(url -> url.endsWith("/page.html") || url.equals("data:,"));
  }

  @ParameterizedTest
  @MethodSource("hostileTexts")
  void nothingRunsAndThePageStillWorks(String text) throws Exception {
    show(InspectionPage.of(List.of(image(text, 1), image(text, 2))));

    assertNothingRanAndNothingWentAnywhere();
    assertThat(browser.events("Runtime.exceptionThrown")).isEmpty();
    assertThat(browser.events("Log.entryAdded")).as("violations of its own policy").isEmpty();
    JsonNode page =
        browser.evaluate(
            """
            ({ sections: document.querySelectorAll("main > section").length,
               other: document.querySelectorAll(
                 "img, svg, iframe, form, input, a, base, object, embed, video, audio, textarea").length,
               scripts: document.scripts.length,
               handlers: [...document.querySelectorAll("*")].filter((element) =>
                 [...element.attributes].some((each) => each.name.startsWith("on"))).length,
               outside: [...document.body.children].map((each) => each.localName).join(" "),
               trails: [...document.querySelectorAll(".treemap")].map((map) => map.children.length),
               strip: getComputedStyle(document.querySelector(".strip span")).flexGrow })
            """);
    assertThat(page.path("sections").asInt()).isEqualTo(2);
    assertThat(page.path("other").asInt()).isZero();
    assertThat(page.path("scripts").asInt()).isEqualTo(2);
    assertThat(page.path("handlers").asInt()).isZero();
    assertThat(page.path("outside").asText()).isEqualTo("main noscript script script");
    assertThat(page.path("trails")).hasSize(2).allMatch(cells -> cells.asInt() >= 2);
    assertThat(page.path("strip").asInt()).as("set by the script").isEqualTo(10_000);
  }

  /** The second defense: markup inserted by mistake has no effect. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>" + RUN + "</script>",
        "<img src=x onerror=\"" + RUN + "\">",
        "<iframe srcdoc=\"<script>parent.ran=1</script>\"></iframe>",
        "<object data='data:text/html,<script>parent.ran=1</script>'></object>",
        "<p id=p style=\"position:fixed\">",
        "<style>main{display:none}</style>",
        "<form id=f action='http://127.0.0.1:9/'></form>",
        "<base href='http://127.0.0.1:9/'>"
      })
  void policyStopsScriptsInTheMarkup(String markup) throws Exception {
    String page = InspectionPage.of(List.of(image("shop", 1)));
    Path file = folder.resolve("page.html");
    Files.writeString(file, page.replaceFirst("<main>", "<main>" + markup));
    browser.show(file, 1280, 900, false);
    browser.evaluate("document.getElementById('f')?.submit()");

    assertThat(browser.evaluate("[window.ran === undefined, document.title]").toString())
        .isEqualTo("[true,\"Where the bytes are\"]");
    assertThat(browser.evaluate("location.href.split('/').pop()").asText()).isEqualTo("page.html");
    assertThat(browser.evaluate("getComputedStyle(document.querySelector('main')).display"))
        .hasToString("\"block\"");
    assertThat(browser.events("Log.entryAdded").toString()).contains("Content Security Policy");
  }

  @Test
  void scriptsCannotMakeMarkupOfText() throws Exception {
    show(InspectionPage.of(List.of(image("shop", 1))));

    assertThat(
            browser
                .evaluate(
                    "(() => { try { document.body.innerHTML = '<p>'; return 'set'; }"
                        + " catch (e) { return e.name; } })()")
                .asText())
        .isEqualTo("TypeError");
  }

  @Test
  void marksInTextsAreTexts() throws IOException {
    String page = InspectionPage.of(List.of(image("@DATA@@SCRIPT@", 1)));

    assertThat(page).contains("title=\"1: @DATA@@SCRIPT@, ", "<h2>@DATA@@SCRIPT@</h2>");
    assertThat(page.split("\\{\"images\":", -1)).hasSize(2);
  }
}
