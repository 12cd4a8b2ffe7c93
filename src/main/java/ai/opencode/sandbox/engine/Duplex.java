package ai.opencode.sandbox.engine;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A connection that one thread reads while another writes, and whose output can end first. */
interface Duplex extends Closeable {

  /**
   * Reads bytes into a buffer, at least one.
   *
   * @return the number of bytes; -1 at the end
   */
  int read(byte[] buffer) throws IOException;

  void write(byte[] bytes, int length) throws IOException;

  /** Tells the other side that no more bytes follow; reading goes on. */
  void endOutput() throws IOException;

  static Duplex connect(EngineAddress address, @Nullable SSLContext tls) throws IOException {
    URI uri = address.uri();
    if (address.isUnixSocket()) {
      return new Plain(SocketChannel.open(UnixDomainSocketAddress.of(address.socket())));
    }
    boolean secure = tls != null || uri.getScheme().equals("https");
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 2376 : 2375;
    if (!secure) {
      SocketAddress remote = new InetSocketAddress(uri.getHost(), port);
      return new Plain(SocketChannel.open(remote));
    }
    SSLContext context = tls == null ? defaultContext() : tls;
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(uri.getHost(), port);
    // Without this, SSLSocket accepts a trusted authority's certificate for any host name.
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    return new Tls(socket);
  }

  private static SSLContext defaultContext() throws IOException {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IOException(e);
    }
  }

  /** Uses the channel itself: its streams share a lock, so a blocked read would block a write. */
  final class Plain implements Duplex {
    private final SocketChannel channel;

    Plain(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read(byte[] buffer) throws IOException {
      return channel.read(ByteBuffer.wrap(buffer));
    }

    @Override
    public void write(byte[] bytes, int length) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    }

    @Override
    public void endOutput() throws IOException {
      channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** A TLS connection, whose output ends with {@code close_notify} (RFC 8446 section 6.1). */
  final class Tls implements Duplex {
    private final Socket socket;

    Tls(Socket socket) {
      this.socket = socket;
    }

    @Override
    public int read(byte[] buffer) throws IOException {
      return socket.getInputStream().read(buffer);
    }

    @Override
    public void write(byte[] bytes, int length) throws IOException {
      socket.getOutputStream().write(bytes, 0, length);
    }

    @Override
    public void endOutput() throws IOException {
      socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
