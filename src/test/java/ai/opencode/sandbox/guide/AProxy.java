package ai.opencode.sandbox.guide;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A proxy on loopback that connects each of some names to one port, and refuses other names. */
final class AProxy implements Closeable {

  private static final int MAX_HEAD = 8192;

  private final ServerSocket socket;
  private final int target;
  private final Set<String> hosts;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private AProxy(ServerSocket socket, int target, Set<String> hosts) {
    this.socket = socket;
    this.target = target;
    this.hosts = hosts;
  }

  static AProxy to(int target, Set<String> hosts) throws IOException {
    AProxy proxy =
        new AProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target, hosts);
    proxy.threads.execute(proxy::accept);
    return proxy;
  }

  int port() {
    return socket.getLocalPort();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        threads.execute(() -> connect(client));
      } catch (IOException e) {
        return; // the end of the test
      }
    }
  }

  private void connect(Socket client) {
    try (client) {
      String[] words = head(client.getInputStream()).split("[ :]", -1);
      if (words.length < 2 || !words[0].equals("CONNECT") || !hosts.contains(words[1])) {
        client.getOutputStream().write("HTTP/1.1 403 Forbidden\r\n\r\n".getBytes(US_ASCII));
        return;
      }
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
        client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
        threads.execute(() -> pass(server, client));
        pass(client, server);
      }
    } catch (IOException e) {
      // The client is gone.
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(US_ASCII).endsWith("\r\n\r\n") && head.size() < MAX_HEAD) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      head.write(next);
    }
    return head.toString(US_ASCII);
  }

  private static void pass(Socket from, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      from.getInputStream().transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      // One side is gone.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    threads.shutdownNow();
  }
}
