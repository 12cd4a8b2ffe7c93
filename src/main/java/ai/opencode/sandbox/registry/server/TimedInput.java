package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.archive.BulkInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * The input of a connection with time limits: for the next bytes and, if a limit is set, for all
 * bytes together, so that a client that sends a byte now and then cannot occupy the connection for
 * ever.
 */
final class TimedInput extends BulkInputStream {

  private final Socket socket;
  private final InputStream in;
  private final int idleMillis;
  private boolean limited;
  private long deadline;

  TimedInput(Socket socket, int idleMillis) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.idleMillis = idleMillis;
    unlimited();
  }

  /** Sets a time limit for the following bytes together. */
  void limit(Duration time) {
    limited = true;
    deadline = System.nanoTime() + time.toNanos();
  }

  void unlimited() throws IOException {
    limited = false;
    socket.setSoTimeout(idleMillis);
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    if (limited) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new SocketTimeoutException("the client was too slow");
      }
      socket.setSoTimeout((int) Math.min(left, idleMillis));
    }
    return in.read(bytes, start, length);
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }
}
