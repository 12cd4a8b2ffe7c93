package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.EngineAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * A server on a loopback port that answers one attach request with given bytes, and keeps its
 * input.
 */
public final class AnEngine implements AutoCloseable {

  private final ServerSocket server;
  private final CompletableFuture<String> received = new CompletableFuture<>();

  private AnEngine(ServerSocket server) {
    this.server = server;
  }

  /** Starts a server that sends {@code output} after the header, and then closes its output. */
  public static AnEngine answering(String status, byte[]... output) throws IOException {
    return start(false, status + "\r\nUpgrade: tcp\r\n\r\n", output);
  }

  /** Starts a server that sends an answer, and keeps its output open. */
  public static AnEngine keepingOpen(String answer) throws IOException {
    return start(true, answer);
  }

  private static AnEngine start(boolean open, String head, byte[]... output) throws IOException {
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    AnEngine engine = new AnEngine(server);
    Thread thread = new Thread(() -> engine.serve(open, head, output), "engine");
    thread.setDaemon(true);
    thread.start();
    return engine;
  }

  private void serve(boolean open, String head, byte[][] output) {
    try (Socket socket = server.accept()) {
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      while (!request.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        request.write(socket.getInputStream().read());
      }
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      // The first part is sent in the same packet as the header.
      for (byte[] part : output) {
        out.write(part);
        out.flush();
      }
      if (!open) {
        socket.shutdownOutput();
      }
      received.complete(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      received.completeExceptionally(e);
    }
  }

  public EngineAddress address() {
    return new EngineAddress(
        URI.create("tcp://127.0.0.1:" + server.getLocalPort()), null, "the test");
  }

  /** Returns everything after the request, up to the end of the input. */
  public CompletableFuture<String> received() {
    return received;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
