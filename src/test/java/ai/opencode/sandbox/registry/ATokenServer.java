package ai.opencode.sandbox.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.opencode.sandbox.TlsIdentity;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A server that signs tokens for a registry that trusts it. */
final class ATokenServer implements Closeable {

  static final String SERVICE = "the-registry";
  static final String ISSUER = "the-test";

  final List<String> queries = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final TlsIdentity identity;
  private final String user;
  private final int validSeconds;

  private ATokenServer(TlsIdentity identity, String user, int validSeconds) throws IOException {
    this.identity = identity;
    this.user = user;
    this.validSeconds = validSeconds;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/token", this::answer);
    server.start();
  }

  /**
   * Starts a server.
   *
   * @param user {@code user:password} with all rights
   */
  static ATokenServer knowing(String user, TlsIdentity identity, int validSeconds)
      throws IOException {
    return new ATokenServer(identity, user, validSeconds);
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String query = exchange.getRequestURI().getRawQuery();
      queries.add(query);
      String wanted = "Basic " + Base64.getEncoder().encodeToString(user.getBytes(UTF_8));
      if (!wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      byte[] body = ("{\"token\":\"" + token(query) + "\"}").getBytes(UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private String token(String query) throws GeneralSecurityException, IOException {
    String access =
        Arrays.stream(query.split("&", -1))
            .filter(each -> each.startsWith("scope="))
            .map(each -> URLDecoder.decode(each.substring(6), UTF_8).split(":", 3))
            .map(
                scope ->
                    "{\"type\":\""
                        + scope[0]
                        + "\",\"name\":\""
                        + scope[1]
                        + "\",\"actions\":[\""
                        + scope[2].replace(",", "\",\"")
                        + "\"]}")
            .collect(Collectors.joining(","));
    long now = Instant.now().getEpochSecond();
    String certificate = identity.certificate().replaceAll("-----[^-]+-----|\\s", "");
    String header = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"" + certificate + "\"]}";
    String claims =
        "{\"iss\":\""
            + ISSUER
            + "\",\"sub\":\"test\",\"aud\":\""
            + SERVICE
            + "\",\"nbf\":"
            + (now - 10)
            + ",\"iat\":"
            + now
            + ",\"exp\":"
            + (now + validSeconds)
            + ",\"jti\":\""
            + queries.size()
            + "\",\"access\":["
            + access
            + "]}";
    String signed = encoded(header.getBytes(UTF_8)) + "." + encoded(claims.getBytes(UTF_8));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(identity.privateKey());
    signature.update(signed.getBytes(UTF_8));
    return signed + "." + encoded(signature.sign());
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
