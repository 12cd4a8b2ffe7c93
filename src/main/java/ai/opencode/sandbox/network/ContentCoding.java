package ai.opencode.sandbox.network;

import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The codings of an answer's content (RFC 9110, section 8.4). None is asked for; proxies and
 * mirrors send some nevertheless.
 */
final class ContentCoding {

  private static final List<String> GZIP = List.of("gzip", "x-gzip");

  private ContentCoding() {}

  /** Receives a body; where the headers name a coding, its reader gets the content without it. */
  static BodySubscriber<InputStream> subscriber(HttpHeaders headers) {
    Body body = new Body();
    List<String> codings =
        headers.allValues("Content-Encoding").stream()
            .flatMap(value -> Stream.of(value.toLowerCase(Locale.ROOT).split(",", -1)))
            .map(String::strip)
            .filter(coding -> !coding.isEmpty() && !coding.equals("identity"))
            .toList();
    if (codings.isEmpty()) {
      return body;
    }
    boolean gzip = codings.size() == 1 && GZIP.contains(codings.get(0));
    return BodySubscribers.mapping(
        body, in -> gzip ? new DecodedBody(in) : new RefusedBody(in, String.join(", ", codings)));
  }
}
