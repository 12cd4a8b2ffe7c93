package ai.opencode.sandbox;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/** A login that a server asks for before it passes requests on to another server on loopback. */
public final class ALogin {

  private static final Set<String> NOT_PASSED_ON =
      Set.of("host", "connection", "content-length", "authorization", "transfer-encoding");

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final String encoded;

  public ALogin(String user, String password) {
    encoded =
        Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** Returns user and password as in a credentials file of Docker. */
  public String encoded() {
    return encoded;
  }

  /** Passes a request on to an address if it has this login, and refuses it otherwise. */
  public void passOn(HttpExchange exchange, URI address) throws IOException {
    if (!("Basic " + encoded).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"private\"");
      exchange.sendResponseHeaders(401, -1);
      return;
    }
    passOnWithoutLogin(exchange, address);
  }

  /** Passes a request on to an address, and its answer back. */
  public static void passOnWithoutLogin(HttpExchange exchange, URI address) throws IOException {
    try {
      HttpResponse<byte[]> answer =
          CLIENT.send(request(exchange, address), HttpResponse.BodyHandlers.ofByteArray());
      boolean head = exchange.getRequestMethod().equals("HEAD");
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (head || !NOT_PASSED_ON.contains(name)) {
                  exchange.getResponseHeaders().put(name, values);
                }
              });
      byte[] content = answer.body();
      exchange.sendResponseHeaders(
          answer.statusCode(), head || content.length == 0 ? -1 : content.length);
      if (content.length > 0) {
        exchange.getResponseBody().write(content);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static HttpRequest request(HttpExchange exchange, URI address) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(address);
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    byte[] body = exchange.getRequestBody().readAllBytes();
    return request
        .method(
            exchange.getRequestMethod(),
            body.length == 0
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }
}
