package ai.opencode.sandbox.registry.server;

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
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request whose request line and headers are parsed and whose body is still unread. The grammar
 * of RFC 9112 is applied strictly: if two parsers could disagree about the end of a request or its
 * headers, the response is 400.
 */
public final class IncomingRequest {

  /** A callback before the body is read, for clients that wait for permission to send it. */
  interface Invitation {
    void send() throws IOException;
  }

  private static final int MAX_HEAD_BYTES = 64 << 10;
  private static final int MAX_HEADERS = 200;
  private static final int MAX_PARAMETERS = 200;
  private static final Pattern LINE =
      Pattern.compile("([A-Z]{1,20}) (/[\\x21-\\x7e&&[^#]]*) HTTP/1\\.([01])");
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /** Headers that this server uses and of which a duplicate would be ambiguous. */
  private static final Set<String> SINGLE =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "content-type",
          "content-range",
          "range",
          "expect",
          "origin",
          "referer",
          "sec-fetch-site");

  private final String method;
  private final String path;
  private final Map<String, List<String>> query;
  private final Map<String, String> headers;
  private final boolean keepsConnection;
  private final InputStream body;
  private final Peer peer;

  private IncomingRequest(
      String method,
      String target,
      Map<String, String> headers,
      boolean keepsConnection,
      InputStream body,
      Peer peer)
      throws MalformedRequestException {
    int question = target.indexOf('?');
    this.method = method;
    this.path = decode(question < 0 ? target : target.substring(0, question), false);
    this.query = question < 0 ? Map.of() : parseQuery(target.substring(question + 1));
    this.headers = headers;
    this.keepsConnection = keepsConnection;
    this.body = body;
    this.peer = peer;
  }

  public static IncomingRequest read(InputStream in, Invitation invitation, Peer peer)
      throws IOException {
    int[] budget = {MAX_HEAD_BYTES};
    String first = line(in, budget);
    if (first.isEmpty()) {
      first = line(in, budget);
    }
    Matcher line = LINE.matcher(first);
    if (!line.matches()) {
      throw new MalformedRequestException(400, "expected: METHOD /path HTTP/1.1");
    }
    boolean old = line.group(3).equals("0");
    Map<String, String> headers = headers(in, budget);
    if (!old && !headers.containsKey("Host")) {
      throw new MalformedRequestException(400, "no Host");
    }
    String connection = headers.getOrDefault("Connection", "").toLowerCase(Locale.ROOT);
    boolean keepsConnection =
        old ? connection.contains("keep-alive") : !connection.contains("close");
    Invitation expected =
        headers.getOrDefault("Expect", "").equalsIgnoreCase("100-continue")
            ? invitation
            : RequestBody.NONE;
    return new IncomingRequest(
        line.group(1),
        line.group(2),
        headers,
        keepsConnection,
        body(in, headers, old, expected),
        peer);
  }

  /**
   * Parses lines up to an empty one: headers, or trailers after the last chunk.
   *
   * @param budget the number of bytes that they may have
   */
  static Map<String, String> headers(InputStream in, int[] budget) throws IOException {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    int lines = 0;
    for (String header = line(in, budget); !header.isEmpty(); header = line(in, budget)) {
      int colon = header.indexOf(':');
      // A space before the colon and a continuation line are not valid names either.
      if (colon <= 0 || !TOKEN.matcher(header.substring(0, colon)).matches()) {
        throw new MalformedRequestException(400, "a header without a name");
      }
      if (++lines > MAX_HEADERS) {
        throw new MalformedRequestException(431, "too many headers");
      }
      String name = header.substring(0, colon);
      String earlier = headers.putIfAbsent(name, header.substring(colon + 1).strip());
      if (earlier != null && SINGLE.contains(name.toLowerCase(Locale.ROOT))) {
        throw new MalformedRequestException(400, name + " given twice");
      }
    }
    return headers;
  }

  private static InputStream body(
      InputStream in, Map<String, String> headers, boolean old, Invitation expected)
      throws MalformedRequestException {
    String encoding = headers.get("Transfer-Encoding");
    String length = headers.get("Content-Length");
    if (encoding != null) {
      if (old || length != null || !encoding.equalsIgnoreCase("chunked")) {
        throw new MalformedRequestException(400, "a body of unclear length");
      }
      return new RequestBody(in, -1, expected);
    }
    if (length == null) {
      return InputStream.nullInputStream();
    }
    if (!length.matches("[0-9]{1,18}")) {
      throw new MalformedRequestException(400, "Content-Length is not a number");
    }
    return new RequestBody(in, Long.parseLong(length), expected);
  }

  /**
   * Reads a line without its end, which is CR and LF; these and other control characters are not
   * allowed elsewhere.
   */
  static String line(InputStream in, int[] budget) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    for (int b = in.read(); b != '\r'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended inside a request");
      }
      if ((b < ' ' && b != '\t') || b == 0x7f) {
        throw new MalformedRequestException(400, "a control character in a line");
      }
      if (--budget[0] < 0) {
        throw new MalformedRequestException(431, "the headers are too large");
      }
      line.write(b);
    }
    if (in.read() != '\n') {
      throw new MalformedRequestException(400, "a line that does not end with CR and LF");
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private static Map<String, List<String>> parseQuery(String text)
      throws MalformedRequestException {
    Map<String, List<String>> values = new HashMap<>();
    String[] pairs = text.split("&", -1);
    if (pairs.length > MAX_PARAMETERS) {
      throw new MalformedRequestException(400, "too many parameters");
    }
    for (String pair : pairs) {
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

  public String method() {
    return method;
  }

  /** Returns the decoded path without the query. */
  public String path() {
    return path;
  }

  public Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name)).map(values -> values.get(0));
  }

  public List<String> queries(String name) {
    return query.getOrDefault(name, List.of());
  }

  /** Returns whether there is a header whose name begins with this text in lower case. */
  boolean hasHeaderLike(String prefix) {
    return headers.keySet().stream()
        .anyMatch(name -> name.toLowerCase(Locale.ROOT).startsWith(prefix));
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  public InputStream body() {
    return body;
  }

  boolean keepsConnection() {
    return keepsConnection;
  }

  /** Returns the other end of the connection. */
  Peer peer() {
    return peer;
  }

  /**
   * Skips the unread part of the body.
   *
   * @return false if more remains than is worth waiting for
   */
  boolean drain(long most) throws IOException {
    if (body instanceof RequestBody rest) {
      return rest.drain(most);
    }
    return true;
  }
}
