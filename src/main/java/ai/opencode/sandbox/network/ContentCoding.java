package ai.opencode.sandbox.network;

import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The content coding of an HTTP response, such as {@code gzip} (RFC 9110, section 8.4). This client
 * requests none, but some proxies and mirrors use one nevertheless.
 */
final class ContentCoding {

  private static final List<String> GZIP = List.of("gzip", "x-gzip");

  private ContentCoding() {}

  /** Returns a receiver for a response's body, which undoes the coding that the headers name. */
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
