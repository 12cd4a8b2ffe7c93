package ai.opencode.sandbox.egress;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The head of an HTTP/1 message (RFC 9112). The reader accepts no lone CR or LF, no folded lines
 * and no white space before a colon, because servers read such heads differently.
 *
 * @param start the first line
 * @param fields the header fields, in the order of the message
 */
record MessageHead(String start, List<Field> fields) {

  private static final int MAX_BYTES = 64 << 10;
  private static final int MAX_FIELDS = 200;
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /**
   * The fields that a proxy must not pass on, because they are about the connection to the proxy
   * (RFC 9110, section 7.6.1), in lower case.
   */
  private static final Set<String> OF_CONNECTION =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authentication-info",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "upgrade");

  /** The fields without which a message has another meaning; no Connection field may name them. */
  private static final Set<String> NEEDED =
      Set.of("content-length", "host", "trailer", "transfer-encoding");

  /**
   * A header field.
   *
   * @param name the name, with the sender's upper and lower case
   * @param value the value, without white space around it
   */
  record Field(String name, String value) {

    boolean is(String lowerCaseName) {
      return name.toLowerCase(Locale.ROOT).equals(lowerCaseName);
    }
  }

  MessageHead {
    fields = List.copyOf(fields);
  }

  /**
   * Reads a head.
   *
   * @return the head; null if the stream ends before its first line
   */
  static @Nullable MessageHead read(Wire wire) throws IOException {
    String start = wire.line(MAX_BYTES);
    if (start == null) {
      return null;
    }
    List<Field> fields = new ArrayList<>();
    int left = MAX_BYTES - start.length();
    while (true) {
      String line = wire.line(left);
      if (line == null) {
        throw new EOFException();
      }
      if (line.isEmpty()) {
        return new MessageHead(start, fields);
      }
      left -= line.length();
      if (fields.size() == MAX_FIELDS) {
        throw new MalformedMessageException("it has too many fields");
      }
      fields.add(field(line));
    }
  }

  private static Field field(String line) throws MalformedMessageException {
    int colon = line.indexOf(':');
    if (colon < 0 || !TOKEN.matcher(line.substring(0, colon)).matches()) {
      throw new MalformedMessageException("a line is no field");
    }
    return new Field(line.substring(0, colon), line.substring(colon + 1).strip());
  }

  /** Returns the values of all fields of a name. */
  List<String> values(String lowerCaseName) {
    return fields.stream().filter(each -> each.is(lowerCaseName)).map(Field::value).toList();
  }

  /** Returns the value of a field that may occur once; null if it is absent. */
  @Nullable String value(String lowerCaseName) throws MalformedMessageException {
    List<String> values = values(lowerCaseName);
    if (values.size() > 1) {
      throw new MalformedMessageException("it has a field twice that may occur once");
    }
    return values.isEmpty() ? null : values.get(0);
  }

  /**
   * Returns the fields that a proxy passes on: all but those about the connection to the proxy and
   * those that the field Connection names.
   */
  List<Field> passedOn() throws MalformedMessageException {
    Set<String> own = new TreeSet<>(OF_CONNECTION);
    for (String value : values("connection")) {
      for (String each : value.split(",", -1)) {
        String name = each.strip().toLowerCase(Locale.ROOT);
        if (NEEDED.contains(name)) {
          throw new MalformedMessageException(
              "its Connection field names a field that must be passed on");
        }
        own.add(name);
      }
    }
    return fields.stream()
        .filter(each -> !own.contains(each.name().toLowerCase(Locale.ROOT)))
        .toList();
  }

  /** Returns the text of the head, with the empty line that ends it. */
  String text() {
    StringBuilder text = new StringBuilder(start).append("\r\n");
    fields.forEach(
        each -> text.append(each.name()).append(": ").append(each.value()).append("\r\n"));
    return text.append("\r\n").toString();
  }
}
