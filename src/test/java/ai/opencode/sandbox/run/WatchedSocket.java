package ai.opencode.sandbox.run;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A socket in front of an engine's, at which something happens when the engine is about to be told
 * that a container starts: after the last look of the program, before the engine's own.
 */
final class WatchedSocket implements Closeable {

  private static final Pattern START = Pattern.compile("^POST \\S*/containers/\\w+/start[ ?]");

  /** The events on the socket. */
  interface Event {
    void happen() throws IOException;
  }

  private final ServerSocketChannel server;
  private final Path place;
  private final Path engine;
  private final Event event;

  private WatchedSocket(ServerSocketChannel server, Path place, Path engine, Event event) {
    this.server = server;
    this.place = place;
    this.engine = engine;
    this.event = event;
  }

  static WatchedSocket at(Path place, Path engine, Event event) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(place));
    WatchedSocket watched = new WatchedSocket(server, place, engine, event);
    daemon(watched::accept);
    return watched;
  }

  /** As the value of {@code DOCKER_HOST}. */
  String address() {
    return "unix://" + place;
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "watched-socket");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        SocketChannel there = SocketChannel.open(UnixDomainSocketAddress.of(engine));
        daemon(() -> copy(client, there, true));
        daemon(() -> copy(there, client, false));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void copy(SocketChannel from, SocketChannel to, boolean requests) {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        if (requests
            && START.matcher(StandardCharsets.ISO_8859_1.decode(buffer.duplicate())).find()) {
          event.happen();
        }
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
      to.shutdownOutput();
    } catch (IOException e) {
      close(from);
      close(to);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
