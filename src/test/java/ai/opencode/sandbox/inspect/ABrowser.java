package ai.opencode.sandbox.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A headless Chromium with one page, driven over its DevTools protocol. */
public final class ABrowser {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> PROGRAMS =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();

  /** Returns the path of an installed browser. */
  public static Optional<Path> program() {
    return Arrays.stream(System.getenv("PATH").split(":", -1))
        .flatMap(folder -> PROGRAMS.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts a browser.
   *
   * @param profile an empty directory
   */
  public ABrowser(Path program, Path profile) throws Exception {
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path ports = profile.resolve("DevToolsActivePort");
    for (int i = 0; i < 300 && process.isAlive() && !Files.exists(ports); i++) {
      Thread.sleep(100);
    }
    HttpClient http = HttpClient.newHttpClient();
    String port = Files.readAllLines(ports).get(0);
    String pages =
        http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    JsonNode page =
        Stream.of(JSON.readValue(pages, JsonNode[].class))
            .filter(each -> each.path("type").asText().equals("page"))
            .findFirst()
            .orElseThrow();
    socket =
        http.newWebSocketBuilder()
            .buildAsync(
                URI.create(page.path("webSocketDebuggerUrl").asText()),
                new WebSocket.Listener() {
                  private final StringBuilder message = new StringBuilder();

                  @Override
                  public CompletionStage<?> onText(
                      WebSocket webSocket, CharSequence data, boolean last) {
                    message.append(data);
                    if (last) {
                      received(message.toString());
                      message.setLength(0);
                    }
                    webSocket.request(1);
                    return CompletableFuture.completedStage(null);
                  }
                })
            .get(30, TimeUnit.SECONDS);
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      send(domain + ".enable", JSON.createObjectNode());
    }
  }

  private void received(String text) {
    try {
      JsonNode message = JSON.readTree(text);
      CompletableFuture<JsonNode> waiting = answers.remove(message.path("id").asInt(-1));
      if (waiting == null) {
        events.add(message);
      } else {
        waiting.complete(message);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode send(String method, ObjectNode parameters) throws Exception {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", parameters);
    socket.sendText(message.toString(), true).get(30, TimeUnit.SECONDS);
    JsonNode received = answer.get(30, TimeUnit.SECONDS);
    if (received.has("error")) {
      throw new IllegalStateException(method + ": " + received.path("error"));
    }
    return received.path("result");
  }

  /** Shows a file in a window of this size, in CSS pixels. */
  public void show(Path file, int width, int height, boolean dark) throws Exception {
    send(
        "Emulation.setDeviceMetricsOverride",
        JSON.createObjectNode()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", width < 600));
    ObjectNode media = JSON.createObjectNode();
    media
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", dark ? "dark" : "light");
    send("Emulation.setEmulatedMedia", media);
    events.clear();
    send("Page.navigate", JSON.createObjectNode().put("url", file.toUri().toString()));
    for (int i = 0; i < 100 && events("Page.loadEventFired").isEmpty(); i++) {
      Thread.sleep(50);
    }
  }

  /** Returns the events since the page was shown. */
  public List<JsonNode> events(String method) {
    return events.stream().filter(each -> each.path("method").asText().equals(method)).toList();
  }

  /** Returns the value of a JavaScript expression. */
  public JsonNode evaluate(String expression) throws Exception {
    JsonNode result =
        send(
            "Runtime.evaluate",
            JSON.createObjectNode().put("expression", expression).put("returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Returns a PNG of the window's content. */
  public byte[] picture() throws Exception {
    return Base64.getDecoder()
        .decode(
            send("Page.captureScreenshot", JSON.createObjectNode().put("format", "png"))
                .path("data")
                .asText());
  }

  public void close() throws Exception {
    try {
      send("Browser.close", JSON.createObjectNode());
    } finally {
      socket.abort();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    }
  }
}
