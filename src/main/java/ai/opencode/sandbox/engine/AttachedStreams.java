package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.report.PlainText;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The standard streams of a container. The connection of {@code POST /containers/ID/attach} carries
 * them as soon as the HTTP response's header ends (Docker Engine API, "Attach to a container").
 *
 * <p>docker-java's own attach has two defects: it holds back the first seven bytes of a terminal,
 * so that a prompt does not show, and it never tells the container that its input has ended, so
 * that {@code cat} waits forever.
 */
final class AttachedStreams implements Closeable {

  private static final Pattern LENGTH =
      Pattern.compile("(?im)^content-length:[ \\t]*(\\d{1,9})[ \\t]*$");

  private static final int HEADER_LIMIT = 16 * 1024;
  private static final int FRAME_HEADER = 8;

  private final Duplex connection;
  private final boolean tty;

  /** The container's first output, which was read together with the HTTP header. */
  private final byte[] ahead;

  private int aheadStart;

  private AttachedStreams(Duplex connection, boolean tty, byte[] ahead) {
    this.connection = connection;
    this.tty = tty;
    this.ahead = ahead;
  }

  /**
   * Connects to the streams of a container.
   *
   * @param container the id of the container
   * @param tty whether the container has a terminal, so that its output is one stream
   * @throws NetworkException if the engine refuses
   */
  static AttachedStreams open(
      EngineAddress engine, @Nullable SSLContext tls, String container, boolean tty)
      throws IOException {
    Duplex connection = Duplex.connect(engine, tls);
    try {
      String host = engine.uri().getHost() == null ? "localhost" : engine.uri().getHost();
      byte[] request =
          ("POST /containers/"
                  + container
                  + "/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\nHost: "
                  + host
                  + "\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      connection.write(request, request.length);
      return new AttachedStreams(connection, tty, readAnswer(connection));
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Reads the HTTP header; returns the bytes after it, which are the container's output. */
  private static byte[] readAnswer(Duplex connection) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    while (answer.size() < HEADER_LIMIT) {
      int count = connection.read(buffer);
      if (count < 0) {
        break;
      }
      answer.write(buffer, 0, count);
      String text = answer.toString(StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        String status = text.substring(0, text.indexOf("\r\n"));
        if (!status.matches("HTTP/1\\.1 (101|200)( .*)?")) {
          throw refused(status, reason(text, end + 4, connection));
        }
        return text.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1);
      }
    }
    throw new NetworkException(
        "Cannot attach to the container: the engine's answer breaks off."
            + " Look for the reason in the engine's log.");
  }

  private static NetworkException refused(String status, String reason) {
    return new NetworkException(
        reason.isEmpty()
            ? "Cannot attach to the container: the engine answered "
                + status
                + ". Look for the reason in the engine's log."
            : "Cannot attach to the container: "
                + reason
                + " (the engine's answer). Correct that in the settings of the engine or of this"
                + " run.");
  }

  /**
   * Returns the {@code message} of the object in the body of a refusal; empty if there is none. No
   * byte behind the body is awaited, because the engine may keep the connection open.
   *
   * @param begun the header, and what was read together with it, as ISO 8859-1
   * @param start the place of the body
   */
  private static String reason(String begun, int start, Duplex connection) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(begun.substring(start).getBytes(StandardCharsets.ISO_8859_1));
    Matcher announced = LENGTH.matcher(begun.substring(0, start));
    int length =
        announced.find() ? Math.min(Integer.parseInt(announced.group(1)), HEADER_LIMIT) : 0;
    byte[] buffer = new byte[4096];
    while (body.size() < length) {
      int count = connection.read(buffer);
      if (count < 0) {
        break;
      }
      body.write(buffer, 0, count);
    }
    try {
      return PlainText.line(Json.parse(body.toByteArray(), "answer").path("message").asText());
    } catch (VerificationException e) {
      // The body is not the engine's but, for instance, a proxy's page: only the status is
      // reported.
      return "";
    }
  }

  /** Copies a stream to the container's standard input, then closes that. */
  void sendInput(InputStream input) throws IOException {
    byte[] buffer = new byte[16 * 1024];
    for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
      connection.write(buffer, count);
    }
    connection.endOutput();
  }

  /**
   * Copies the container's output until it ends. A terminal's output all goes to {@code out};
   * without a terminal, the engine sends frames, each with a header that names standard output or
   * error.
   */
  void copyOutput(OutputStream out, OutputStream err) throws IOException {
    if (tty) {
      byte[] buffer = new byte[16 * 1024];
      for (int count = read(buffer); count >= 0; count = read(buffer)) {
        out.write(buffer, 0, count);
        out.flush();
      }
      return;
    }
    byte[] header = new byte[FRAME_HEADER];
    while (fill(header)) {
      long length = 0;
      for (int i = 4; i < FRAME_HEADER; i++) {
        length = length << 8 | (header[i] & 0xff);
      }
      copyFrame(length, header[0] == 2 ? err : out);
    }
  }

  private void copyFrame(long length, OutputStream target) throws IOException {
    long rest = length;
    while (rest > 0) {
      byte[] buffer = new byte[(int) Math.min(rest, 16 * 1024)];
      int count = read(buffer);
      if (count < 0) {
        throw new EOFException("the container's output ended " + rest + " bytes early");
      }
      target.write(buffer, 0, count);
      rest -= count;
    }
    target.flush();
  }

  private boolean fill(byte[] header) throws IOException {
    int filled = 0;
    while (filled < header.length) {
      byte[] part = new byte[header.length - filled];
      int count = read(part);
      if (count < 0) {
        return false;
      }
      System.arraycopy(part, 0, header, filled, count);
      filled += count;
    }
    return true;
  }

  private int read(byte[] buffer) throws IOException {
    if (aheadStart < ahead.length) {
      int count = Math.min(buffer.length, ahead.length - aheadStart);
      System.arraycopy(ahead, aheadStart, buffer, 0, count);
      aheadStart += count;
      return count;
    }
    return connection.read(buffer);
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
