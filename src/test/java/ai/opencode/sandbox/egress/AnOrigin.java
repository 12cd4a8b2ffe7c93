package ai.opencode.sandbox.egress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on loopback that answers each connection with the same bytes, and keeps its input. */
final class AnOrigin implements AutoCloseable {

  static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";

  private final ServerSocket server;
  private final String answer;

  /** The bytes of each connection, complete once the client has ended its output or closed. */
  final List<CompletableFuture<String>> received = new CopyOnWriteArrayList<>();

  /** Waits for a connection; a client may have left before this thread accepts it. */
  CompletableFuture<String> connection(int number) throws InterruptedException {
    for (int i = 0; i < 1000 && received.size() <= number; i++) {
      Thread.sleep(10);
    }
    return received.get(number);
  }

  private AnOrigin(ServerSocket server, String answer) {
    this.server = server;
    this.answer = answer;
  }

  /** Starts a server that answers after the head of a request, and then ends its output. */
  static AnOrigin answering(String answer) throws IOException {
    AnOrigin origin =
        new AnOrigin(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), answer);
    daemon(origin::accept);
    return origin;
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        CompletableFuture<String> bytes = new CompletableFuture<>();
        received.add(bytes);
        daemon(() -> serve(socket, bytes));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket, CompletableFuture<String> bytes) {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    try (socket) {
      InputStream in = socket.getInputStream();
      boolean answered = false;
      for (int c = in.read(); c >= 0; c = in.read()) {
        request.write(c);
        if (!answered && request.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
          answered = true;
          socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
          socket.getOutputStream().flush();
          daemon(
              () -> {
                try {
                  Thread.sleep(200); // The body may follow.
                  socket.shutdownOutput();
                } catch (IOException | InterruptedException e) {
                  // It is closed.
                }
              });
        }
      }
    } catch (IOException e) {
      // The proxy has closed the connection.
    } finally {
      bytes.complete(request.toString(StandardCharsets.ISO_8859_1));
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "origin");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
