package ai.opencode.sandbox;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on loopback for HTTPS, which answers requests beside each other. */
public final class ATlsServer implements Closeable {

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private ATlsServer(HttpsServer server) {
    this.server = server;
  }

  public static ATlsServer start(TlsIdentity identity, HttpHandler answer)
      throws IOException, GeneralSecurityException {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    ATlsServer started = new ATlsServer(HttpsServer.create(anyPort, 0));
    started.server.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
    started.server.setExecutor(started.threads);
    started.server.createContext("/", answer);
    started.server.start();
    return started;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** Returns the host with its port. */
  public String address() {
    return "127.0.0.1:" + port();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
