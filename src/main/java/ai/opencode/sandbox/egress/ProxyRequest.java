package ai.opencode.sandbox.egress;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request that a container sends to the proxy. */
sealed interface ProxyRequest {

  Pattern START =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([\\x21-\\x7e]+) HTTP/1\\.([01])");

  /** A host with an optional port, without a user and without the zone of an IPv6 address. */
  String AUTHORITY = "(\\[[0-9A-Fa-f:.]+\\]|[0-9A-Za-z._-]+)(?::(\\d{1,5}))?";

  Pattern CONNECT = Pattern.compile(AUTHORITY);
  Pattern ABSOLUTE = Pattern.compile("[Hh][Tt][Tt][Pp]://" + AUTHORITY + "((?:[/?][^#]*)?)");

  int HTTP = 80;

  HostName host();

  int port();

  /** A request {@code CONNECT}, after which the proxy copies bytes without reading them. */
  record Tunnel(HostName host, int port) implements ProxyRequest {}

  /**
   * A request for an address {@code http://…}, which the proxy passes on to the server.
   *
   * @param head the head that the server gets
   * @param body the body that the client sends after the head
   * @param expectsContinue whether the client waits for {@code 100 Continue} before it sends the
   *     body
   */
  record Plain(HostName host, int port, MessageHead head, Body body, boolean expectsContinue)
      implements ProxyRequest {}

  /**
   * Reads a request.
   *
   * @throws MalformedMessageException if the request is malformed, or is one that a client sends to
   *     a server instead of a proxy
   */
  static ProxyRequest of(MessageHead head) throws MalformedMessageException {
    Matcher start = START.matcher(head.start());
    if (!start.matches()) {
      throw new MalformedMessageException("its first line is not one of HTTP/1");
    }
    Body body = Body.of(head, start.group(3).equals("1"));
    if (start.group(1).equals("CONNECT")) {
      return tunnel(start.group(2), body);
    }
    Matcher target = ABSOLUTE.matcher(start.group(2));
    if (!target.matches()) {
      throw new MalformedMessageException("it names no address that begins with http://");
    }
    return plain(head, start, target, body);
  }

  private static Tunnel tunnel(String text, Body body) throws MalformedMessageException {
    Matcher target = CONNECT.matcher(text);
    if (!target.matches() || target.group(2) == null || !(body instanceof Body.None)) {
      throw new MalformedMessageException("it names no host and port");
    }
    return new Tunnel(host(target.group(1)), Integer.parseInt(target.group(2)));
  }

  private static Plain plain(MessageHead head, Matcher start, Matcher target, Body body)
      throws MalformedMessageException {
    HostName host = host(target.group(1));
    int port = target.group(2) == null ? HTTP : Integer.parseInt(target.group(2));
    head.value("host");
    List<MessageHead.Field> fields = new ArrayList<>();
    // The server gets the host that was judged, even if the client's field Host names another.
    fields.add(new MessageHead.Field("Host", host + (port == HTTP ? "" : ":" + port)));
    boolean expects = false;
    for (MessageHead.Field each : head.passedOn()) {
      if (each.is("expect")) {
        expects |= each.value().equalsIgnoreCase("100-continue");
      } else if (!each.is("host") && !each.is("trailer")) {
        fields.add(each);
      }
    }
    fields.add(new MessageHead.Field("Connection", "close"));
    String path = target.group(3).startsWith("/") ? target.group(3) : "/" + target.group(3);
    return new Plain(
        host,
        port,
        new MessageHead(start.group(1) + " " + path + " HTTP/1." + start.group(3), fields),
        body,
        expects);
  }

  private static HostName host(String text) throws MalformedMessageException {
    Optional<HostName> host = HostName.of(text);
    if (host.isEmpty()) {
      throw new MalformedMessageException("its host is neither a name nor an address");
    }
    return host.get();
  }
}
