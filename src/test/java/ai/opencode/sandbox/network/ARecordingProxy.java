package ai.opencode.sandbox.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A proxy that leads nowhere and counts who comes. */
public final class ARecordingProxy implements AutoCloseable {

  private final ServerSocket socket;
  private final AtomicInteger connections = new AtomicInteger();

  private ARecordingProxy(ServerSocket socket) {
    this.socket = socket;
  }

  public static ARecordingProxy start() throws IOException {
    ARecordingProxy proxy =
        new ARecordingProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    Thread thread = new Thread(proxy::accept, "recording proxy");
    thread.setDaemon(true);
    thread.start();
    return proxy;
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        connections.incrementAndGet();
        client.close();
      } catch (IOException closed) {
        // The loop's condition ends it.
      }
    }
  }

  public int connections() {
    return connections.get();
  }

  /** A network that goes through it, once for each thing that is asked for. */
  public Network network() {
    String address = "http://127.0.0.1:" + socket.getLocalPort();
    NetworkSettings settings =
        NetworkSettings.of(Map.of(), Map.of("http_proxy", address, "https_proxy", address));
    return new Network(settings.withRetry(new Retry(1, Duration.ZERO)));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
