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
 * The rule by which requests are let in, asked before anything else is done for one.
 *
 * <p>Web pages reach loopback too, so a browser is known by its headers: by the name that a page's
 * address has (DNS may say that it is this machine), and by what browsers say of the page. Other
 * programs send none of these and call this machine by its own names.
 *
 * @param writes whether content and tags may be sent and deleted
 * @param secret the first part of each repository's name; null where names have none
 */
public record Admission(boolean writes, @Nullable String secret) {

  private static final Pattern HOST =
      Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(?::([1-9][0-9]{0,4}))?");
  private static final Pattern OWN_PAGE = Pattern.compile("http://([^/?#]+)(?:[/?#].*)?");
  private static final Set<String> OWN_SITES = Set.of("none", "same-origin");
  private static final Set<String> READING = Set.of("GET", "HEAD");

  /** Lets through to a handler what may come in. */
  public LoopbackServer.Handler before(LoopbackServer.Handler inside) {
    return request -> {
      Optional<Answer> refusal = refusal(request);
      return refusal.isPresent() ? refusal.get() : inside.answer(request);
    };
  }

  /**
   * What a request is refused with.
   *
   * @return empty where it is let in
   */
  private Optional<Answer> refusal(IncomingRequest request) throws IOException {
    int port = request.peer().port();
    if (!isOwn(request.header("Host").orElse(""), port)) {
      return denied("this registry is 127.0.0.1:" + port + "; ask it by that name");
    }
    if (isFromAPage(request, port)) {
      return denied("this registry is not for web pages");
    }
    String path = request.path();
    if (secret != null && !isPing(path) && !isSecret(path)) {
      return denied("this registry is of one build, and for nobody else");
    }
    if (READING.contains(request.method())) {
      return Optional.empty();
    }
    if (!writes) {
      return Optional.of(
          Answer.error(
                  405,
                  "UNSUPPORTED",
                  "this registry is read-only; start it with \"serve --push\" to push to it or to"
                      + " delete from it")
              .with("Allow", "GET, HEAD")
              .andClose());
    }
    return request.peer().isOwner()
        ? Optional.empty()
        : denied("only the user that this registry runs as may push to it or delete from it");
  }

  /** The names of this machine that a client is given, with the right port or none. */
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

  /** Clients ask whether there is a registry, without saying for which repository. */
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

  /** Without the secret. */
  @Override
  public String toString() {
    return "Admission[writes=" + writes + ", secret=" + (secret == null ? "none" : "…") + "]";
  }
}
