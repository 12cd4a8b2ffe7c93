package ai.opencode.sandbox.egress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy whose names all lead to this machine's loopback, and raw connections to it. */
final class AnEgress implements AutoCloseable {

  final EgressProxy proxy;
  final List<String> log = new CopyOnWriteArrayList<>();
  final List<String> lookups = new CopyOnWriteArrayList<>();

  AnEgress(String hosts) throws IOException {
    this(hosts, Duration.ofSeconds(20));
  }

  AnEgress(String hosts, Duration idle) throws IOException {
    proxy =
        EgressProxy.open(
            AllowedHosts.of(hosts),
            name -> {
              lookups.add(name);
              return List.of(InetAddress.getLoopbackAddress());
            },
            log::add,
            idle);
  }

  SocketChannel connect() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(proxy.socket()));
    return channel;
  }

  static void send(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Reads up to the end of the proxy's output. */
  static String rest(SocketChannel channel) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    try {
      while (channel.read(buffer) >= 0) {
        text.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
    } catch (IOException e) {
      // A closed connection with unread input ends like this.
    }
    return text.toString(StandardCharsets.ISO_8859_1);
  }

  /** Sends bytes and returns the whole answer. */
  String answer(String request) throws IOException {
    try (SocketChannel channel = connect()) {
      send(channel, request);
      return rest(channel);
    }
  }

  @Override
  public void close() throws IOException {
    proxy.close();
  }
}
