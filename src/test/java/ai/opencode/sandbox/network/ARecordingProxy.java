package ai.opencode.sandbox.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A proxy that forwards nothing and counts its connections. */
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
        // The condition of the loop ends it.
      }
    }
  }

  public int connections() {
    return connections.get();
  }

  /** Returns a network that uses this proxy and makes a single attempt at each request. */
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
