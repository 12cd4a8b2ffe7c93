package ai.opencode.sandbox.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A relay to a server on this machine that breaks some of its connections. */
final class AnUnsteadyLine implements Closeable {

  /** The behaviour of a connection. */
  private sealed interface Fate {
    /** It breaks after this number of bytes to the server. */
    record Breaks(int after) implements Fate {}

    /** The relay answers the first request itself, then closes the connection. */
    record Answers(String head) implements Fate {}

    record Holds() implements Fate {}
  }

  private interface Lot {
    Fate of(int number);
  }

  /** Returns the number of broken connections. */
  final AtomicInteger spoilt = new AtomicInteger();

  /** The bytes that were sent to the server. */
  final AtomicLong sentBytes = new AtomicLong();

  private final ServerSocket door;
  private final int port;
  private final Lot lot;
  private final AtomicInteger numbers = new AtomicInteger();

  private AnUnsteadyLine(int port, Lot lot) throws IOException {
    this.port = port;
    this.lot = lot;
    this.door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  /** Returns a relay that breaks every third connection after some bytes. */
  static AnUnsteadyLine droppingEveryThird(int port, int afterBytes) throws IOException {
    return new AnUnsteadyLine(
        port, n -> n % 3 == 0 ? new Fate.Breaks(afterBytes) : new Fate.Holds());
  }

  /** Returns a relay that breaks the first connections, each after some bytes. */
  static AnUnsteadyLine droppingFirst(int port, int count, int afterBytes) throws IOException {
    return new AnUnsteadyLine(
        port, n -> n <= count ? new Fate.Breaks(afterBytes) : new Fate.Holds());
  }

  /** Returns a relay that answers every second connection with a request to return later. */
  static AnUnsteadyLine tellingEverySecondToWait(int port, String status, int seconds)
      throws IOException {
    String head =
        "HTTP/1.1 "
            + status
            + "\r\nRetry-After: "
            + seconds
            + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    return new AnUnsteadyLine(port, n -> n % 2 == 0 ? new Fate.Answers(head) : new Fate.Holds());
  }

  String address() {
    return "127.0.0.1:" + door.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = door.accept();
        Fate fate = lot.of(numbers.incrementAndGet());
        daemon(() -> serve(client, fate));
      }
    } catch (SocketException closed) {
      return;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void serve(Socket client, Fate fate) {
    try (client) {
      if (fate instanceof Fate.Answers answer) {
        spoilt.incrementAndGet();
        readHead(client.getInputStream());
        client.getOutputStream().write(answer.head().getBytes(US_ASCII));
        return;
      }
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
        daemon(() -> copyBack(server, client));
        int left = fate instanceof Fate.Breaks breaks ? breaks.after() : Integer.MAX_VALUE;
        byte[] buffer = new byte[4096];
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          out.write(buffer, 0, Math.min(read, left));
          sentBytes.addAndGet(Math.min(read, left));
          left -= read;
          if (left <= 0) {
            spoilt.incrementAndGet();
            // The bytes sent so far arrive before the line breaks, as on a real one.
            out.flush();
            Thread.sleep(20);
            return;
          }
        }
      }
    } catch (IOException | InterruptedException e) {
      return; // The other side has hung up.
    }
  }

  private static void readHead(InputStream in) throws IOException {
    int newLines = 0;
    while (newLines < 2) {
      int c = in.read();
      if (c < 0) {
        return;
      }
      newLines = c == '\n' ? newLines + 1 : c == '\r' ? newLines : 0;
    }
  }

  private static void copyBack(Socket server, Socket client) {
    try {
      server.getInputStream().transferTo(client.getOutputStream());
      client.close();
    } catch (IOException e) {
      return; // Broken on purpose, perhaps.
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "unsteady-line");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
