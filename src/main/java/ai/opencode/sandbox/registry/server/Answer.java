package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.RegularFile;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The response to a request. */
public record Answer(int status, Map<String, String> headers, Content content) {

  /** The body of a response. */
  sealed interface Content permits Bytes, Region {
    long size();
  }

  public record Bytes(byte[] bytes) implements Content {
    @Override
    public long size() {
      return bytes.length;
    }
  }

  /** A part of a file, or all of it. */
  public record Region(Path file, long start, long size) implements Content {}

  private static final String CONNECTION = "Connection";
  private static final Bytes NOTHING = new Bytes(new byte[0]);

  public Answer {
    headers = Collections.unmodifiableMap(new TreeMap<>(headers));
  }

  public static Answer of(int status) {
    return new Answer(status, Map.of(), NOTHING);
  }

  public static Answer json(int status, byte[] json) {
    return of(status).with("Content-Type", "application/json").with(new Bytes(json));
  }

  /** Returns an error in the specification's form, with one of its codes. */
  public static Answer error(int status, String code, String message) {
    ObjectNode document = Json.object();
    document.putArray("errors").addObject().put("code", code).put("message", message);
    return json(status, Json.write(document));
  }

  public Answer with(String header, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(header, value);
    return new Answer(status, more, content);
  }

  /**
   * Returns the same response, after which the connection is closed even if the request has unread
   * bytes.
   */
  Answer andClose() {
    return with(CONNECTION, "close");
  }

  Answer withoutContent() {
    return with(NOTHING);
  }

  boolean closes() {
    return headers.containsKey(CONNECTION);
  }

  public Answer with(Content newContent) {
    return new Answer(status, headers, newContent);
  }

  void writeTo(SocketChannel connection, boolean headersOnly, boolean last) throws IOException {
    StringBuilder head = new StringBuilder(256);
    head.append("HTTP/1.1 ").append(status).append(" .\r\n");
    Answer closing = last ? andClose() : this;
    closing.headers.forEach(
        (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (status != 204) {
      head.append("Content-Length: ").append(content.size()).append("\r\n");
    }
    head.append("\r\n");
    byte[] start = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    if (headersOnly) {
      LoopbackServer.write(connection, ByteBuffer.wrap(start));
    } else if (content instanceof Bytes all) {
      ByteBuffer whole = ByteBuffer.allocate(start.length + all.bytes().length);
      LoopbackServer.write(connection, whole.put(start).put(all.bytes()).flip());
    } else if (content instanceof Region region) {
      LoopbackServer.write(connection, ByteBuffer.wrap(start));
      send(connection, region);
    }
  }

  private static void send(SocketChannel connection, Region region) throws IOException {
    try (FileChannel file = RegularFile.open(region.file())) {
      long end = region.start() + region.size();
      for (long at = region.start(); at < end; ) {
        long sent = file.transferTo(at, end - at, connection);
        if (sent <= 0) {
          throw new EOFException(region.file() + " became shorter while it was sent");
        }
        at += sent;
      }
    }
  }
}
