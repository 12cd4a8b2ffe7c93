package ai.opencode.sandbox.registry;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A request as it came: line and headers read, the body still on the wire. */
final class IncomingRequest {

  /** Run before the body is read, for clients that wait to be asked for it. */
  interface Invitation {
    void send() throws IOException;
  }

  private static final int MAX_HEAD_BYTES = 64 << 10;
  private static final int MAX_HEADERS = 200;
  private static final long MAX_DRAINED_BYTES = 64L << 20;

  private final String method;
  private final String path;
  private final Map<String, List<String>> query;
  private final Map<String, String> headers;
  private final boolean keepsConnection;
  private final InputStream body;

  private IncomingRequest(
      String method,
      String target,
      Map<String, String> headers,
      boolean keepsConnection,
      InputStream body)
      throws MalformedRequestException {
    int question = target.indexOf('?');
    this.method = method;
    this.path = decode(question < 0 ? target : target.substring(0, question), false);
    this.query = question < 0 ? Map.of() : parseQuery(target.substring(question + 1));
    this.headers = headers;
    this.keepsConnection = keepsConnection;
    this.body = body;
  }

  static IncomingRequest read(InputStream in, Invitation invitation) throws IOException {
    int[] budget = {MAX_HEAD_BYTES};
    String line = line(in, budget);
    if (line.isEmpty()) {
      line = line(in, budget);
    }
    String[] parts = line.split(" ", -1);
    if (parts.length != 3 || !parts[2].startsWith("HTTP/1.") || !parts[1].startsWith("/")) {
      throw new MalformedRequestException(400, "expected: METHOD /path HTTP/1.1");
    }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String header = line(in, budget); !header.isEmpty(); header = line(in, budget)) {
      int colon = header.indexOf(':');
      if (colon <= 0 || headers.size() == MAX_HEADERS) {
        throw new MalformedRequestException(400, "a header without a name, or too many headers");
      }
      String name = header.substring(0, colon);
      String value = header.substring(colon + 1).strip();
      if (headers.putIfAbsent(name, value) != null
          && (name.equalsIgnoreCase("Content-Length")
              || name.equalsIgnoreCase("Transfer-Encoding"))) {
        throw new MalformedRequestException(400, name + " given twice");
      }
    }
    String connection = headers.getOrDefault("Connection", "").toLowerCase(Locale.ROOT);
    boolean keepsConnection =
        parts[2].equals("HTTP/1.1")
            ? !connection.contains("close")
            : connection.contains("keep-alive");
    Invitation expected =
        headers.getOrDefault("Expect", "").equalsIgnoreCase("100-continue")
            ? invitation
            : RequestBody.NONE;
    return new IncomingRequest(
        parts[0], parts[1], headers, keepsConnection, body(in, headers, expected));
  }

  private static InputStream body(InputStream in, Map<String, String> headers, Invitation expected)
      throws MalformedRequestException {
    String encoding = headers.get("Transfer-Encoding");
    String length = headers.get("Content-Length");
    if (encoding != null) {
      if (length != null || !encoding.equalsIgnoreCase("chunked")) {
        throw new MalformedRequestException(400, "a body of unclear length");
      }
      return new RequestBody(in, -1, expected);
    }
    if (length == null) {
      return InputStream.nullInputStream();
    }
    if (!length.matches("\\d{1,18}")) {
      throw new MalformedRequestException(400, "Content-Length is no number");
    }
    return new RequestBody(in, Long.parseLong(length), expected);
  }

  static String line(InputStream in, int[] budget) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended inside a request");
      }
      if (--budget[0] < 0) {
        throw new MalformedRequestException(431, "the headers are too large");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private static Map<String, List<String>> parseQuery(String text)
      throws MalformedRequestException {
    Map<String, List<String>> values = new HashMap<>();
    for (String pair : text.split("&", 200)) {
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1), true);
      values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }
    return values;
  }

  private static String decode(String text, boolean plusIsSpace) throws MalformedRequestException {
    try {
      return URLDecoder.decode(
          plusIsSpace ? text : text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new MalformedRequestException(400, "malformed percent encoding");
    }
  }

  String method() {
    return method;
  }

  /** Decoded, without the query. */
  String path() {
    return path;
  }

  Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name)).map(values -> values.get(0));
  }

  List<String> queries(String name) {
    return query.getOrDefault(name, List.of());
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  InputStream body() {
    return body;
  }

  boolean keepsConnection() {
    return keepsConnection;
  }

  /** Skips what the handler left of the body; false where that is too much to wait for. */
  boolean drain() throws IOException {
    if (body instanceof RequestBody rest) {
      return rest.drain(MAX_DRAINED_BYTES);
    }
    return true;
  }
}
