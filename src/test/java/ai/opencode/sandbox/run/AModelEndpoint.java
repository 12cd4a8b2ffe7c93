package ai.opencode.sandbox.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A model on this machine's loopback, which makes an agent write a file. Like {@code model.mjs}, it
 * answers as OpenAI's chat completions do, in events.
 */
final class AModelEndpoint implements AutoCloseable {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpServer server;
  private final AtomicInteger requests = new AtomicInteger();

  private AModelEndpoint(HttpServer server) {
    this.server = server;
  }

  static AModelEndpoint start() throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    AModelEndpoint endpoint = new AModelEndpoint(server);
    server.createContext("/v1/chat/completions", endpoint::answer);
    server.start();
    return endpoint;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Returns the number of requests so far. */
  int requests() {
    return requests.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.incrementAndGet();
      byte[] body =
          events(MAPPER.readTree(exchange.getRequestBody())).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  private static String events(JsonNode request) throws IOException {
    boolean done = false;
    for (JsonNode each : request.path("messages")) {
      done |= each.path("role").asText().equals("tool");
    }
    if (request.path("tools").isMissingNode() || done) {
      return event(delta("Done."), null) + event(MAPPER.createObjectNode(), "stop") + end();
    }
    ObjectNode call = MAPPER.createObjectNode().put("role", "assistant");
    ObjectNode write = call.putArray("tool_calls").addObject();
    write.put("index", 0).put("id", "call_0").put("type", "function");
    write
        .putObject("function")
        .put("name", "write")
        .put(
            "arguments",
            MAPPER.writeValueAsString(
                Map.of("filePath", "/workspace/answer.txt", "content", "from the host's model\n")));
    return event(call, null) + event(MAPPER.createObjectNode(), "tool_calls") + end();
  }

  private static ObjectNode delta(String text) {
    return MAPPER.createObjectNode().put("role", "assistant").put("content", text);
  }

  private static String event(ObjectNode delta, @Nullable String finish) throws IOException {
    ObjectNode chunk = MAPPER.createObjectNode();
    chunk.put("id", "c").put("object", "chat.completion.chunk").put("created", 1).put("model", "m");
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.put("finish_reason", finish);
    return "data: " + MAPPER.writeValueAsString(chunk) + "\n\n";
  }

  private static String end() {
    return "data: [DONE]\n\n";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
