package ai.opencode.sandbox.registry.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rule that admits or refuses each request before it is processed.
 *
 * <p>Web pages can reach loopback too. A browser is recognised by its headers: by the host name in
 * a page's address, which DNS may resolve to this machine, and by the headers that describe the
 * page. Other programs send no such headers and use this machine's own names.
 *
 * @param writes whether content and tags may be pushed and deleted
 * @param secret the first part of each repository's name; null for names without a secret
 */
public record Admission(boolean writes, @Nullable String secret) {

  private static final Pattern HOST =
      Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(?::([1-9][0-9]{0,4}))?");
  private static final Pattern OWN_PAGE = Pattern.compile("http://([^/?#]+)(?:[/?#].*)?");
  private static final Set<String> OWN_SITES = Set.of("none", "same-origin");
  private static final Set<String> READING = Set.of("GET", "HEAD");

  /** Returns a handler that passes only admitted requests on. */
  public LoopbackServer.Handler before(LoopbackServer.Handler inside) {
    return request -> {
      Optional<Answer> refusal = refusal(request);
      return refusal.isPresent() ? refusal.get() : inside.answer(request);
    };
  }

  /**
   * Returns the refusal of a request.
   *
   * @return empty if the request is admitted
   */
  private Optional<Answer> refusal(IncomingRequest request) throws IOException {
    int port = request.peer().port();
    if (!isOwn(request.header("Host").orElse(""), port)) {
      return denied("this registry is 127.0.0.1:" + port + " and has no other name");
    }
    if (isFromAPage(request, port)) {
      return denied("this registry refuses requests of web pages");
    }
    String path = request.path();
    if (secret != null && !isPing(path) && !isSecret(path)) {
      return denied("this registry serves a single build only");
    }
    if (READING.contains(request.method())) {
      return Optional.empty();
    }
    if (!writes) {
      return Optional.of(
          Answer.error(
                  405,
                  "UNSUPPORTED",
                  "this registry is read-only. Start it with \"serve --push\" to push to it or to"
                      + " delete from it.")
              .with("Allow", "GET, HEAD")
              .andClose());
    }
    // A client that knows the secret has it from this process. To look for the client among the
    // machine's sockets takes Linux milliseconds, and Jib opens a connection for each request.
    return secret != null || request.peer().isOwner()
        ? Optional.empty()
        : denied("only the user that this registry runs as may push to it or delete from it");
  }

  /**
   * Returns whether a client used one of this machine's names, with the right port or without one.
   */
  private static boolean isOwn(String authority, int port) {
    Matcher host = HOST.matcher(authority.toLowerCase(Locale.ROOT));
    return host.matches() && (host.group(2) == null || Integer.parseInt(host.group(2)) == port);
  }

  private static boolean isFromAPage(IncomingRequest request, int port) {
    Optional<String> page = request.header("Referer");
    return request.header("Origin").isPresent()
        || request.hasHeaderLike("access-control-request-")
        || !OWN_SITES.contains(request.header("Sec-Fetch-Site").orElse("none"))
        || (page.isPresent() && !isOwnPage(page.get(), port));
  }

  private static boolean isOwnPage(String address, int port) {
    Matcher page = OWN_PAGE.matcher(address);
    return page.matches() && isOwn(page.group(1), port);
  }

  /**
   * Returns whether a request only asks whether there is a registry, without naming a repository.
   */
  private static boolean isPing(String path) {
    return path.equals("/v2/") || path.equals("/v2");
  }

  private boolean isSecret(String path) {
    byte[] wanted = ("/v2/" + secret + "/").getBytes(StandardCharsets.UTF_8);
    byte[] asked = path.getBytes(StandardCharsets.UTF_8);
    byte[] first = Arrays.copyOf(asked, Math.min(asked.length, wanted.length));
    return MessageDigest.isEqual(wanted, first);
  }

  private static Optional<Answer> denied(String message) {
    return Optional.of(Answer.error(403, "DENIED", message).andClose());
  }

  /** Returns a text without the secret. */
  @Override
  public String toString() {
    return "Admission[writes=" + writes + ", secret=" + (secret == null ? "none" : "…") + "]";
  }
}
