package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.archive.BulkInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of one request on a connection that may carry further requests: of known length, or in
 * chunks.
 */
public final class RequestBody extends BulkInputStream {

  private static final int MAX_CHUNK_LINE_BYTES = 4096;

  private final InputStream connection;
  private final IncomingRequest.Invitation invitation;
  private final boolean chunked;
  private long left;
  private boolean started;
  private boolean ended;

  /**
   * Creates a body.
   *
   * @param length the length in bytes; negative for a body in chunks
   */
  RequestBody(InputStream connection, long length, IncomingRequest.Invitation invitation) {
    this.connection = connection;
    this.invitation = invitation;
    this.chunked = length < 0;
    this.left = Math.max(length, 0);
    this.ended = length == 0;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    if (ended) {
      return -1;
    }
    if (length == 0) {
      return 0;
    }
    if (!started) {
      started = true;
      invitation.send();
    }
    if (chunked && left == 0) {
      left = nextChunk();
      if (left == 0) {
        ended = true;
        return -1;
      }
    }
    int read = connection.read(bytes, start, (int) Math.min(length, left));
    if (read < 0) {
      throw new EOFException("the connection ended inside a body");
    }
    left -= read;
    if (left == 0) {
      if (chunked) {
        lineEnd();
      } else {
        ended = true;
      }
    }
    return read;
  }

  private long nextChunk() throws IOException {
    int[] budget = {MAX_CHUNK_LINE_BYTES};
    String line = IncomingRequest.line(connection, budget);
    int extension = line.indexOf(';');
    String size = extension < 0 ? line : line.substring(0, extension);
    if (!size.matches("[0-9a-fA-F]{1,15}")) {
      throw new MalformedRequestException(400, "a chunk without a size");
    }
    long bytes = Long.parseLong(size, 16);
    if (bytes == 0) {
      // Trailers must match the same grammar, but are ignored.
      IncomingRequest.headers(connection, budget);
    }
    return bytes;
  }

  private void lineEnd() throws IOException {
    if (connection.read() != '\r' || connection.read() != '\n') {
      throw new MalformedRequestException(400, "a chunk longer than its size");
    }
  }

  boolean drain(long most) throws IOException {
    if (ended) {
      return true;
    }
    if (!started && !invitationIsNeedless()) {
      // The client still waits for permission, so it has not sent the body.
      return false;
    }
    byte[] buffer = new byte[1 << 16];
    for (long drained = 0; drained < most; ) {
      int read = read(buffer, 0, buffer.length);
      if (read < 0) {
        return true;
      }
      drained += read;
    }
    return false;
  }

  private boolean invitationIsNeedless() {
    return invitation == NONE;
  }

  public static final IncomingRequest.Invitation NONE = () -> {};
}
