package ai.opencode.sandbox.registry.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a connection over loopback. Linux lists each socket with the user that opened
 * it; other systems do not.
 */
public final class Peer {

  private static final Path TABLES = Path.of("/proc/self/net");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long ROOT = 0;
  private static final String ESTABLISHED = "01";

  private final InetSocketAddress client;
  private final InetSocketAddress server;
  private @Nullable Boolean owner;

  public Peer(InetSocketAddress client, InetSocketAddress server) {
    this.client = client;
    this.server = server;
  }

  public static Peer of(SocketChannel connection) throws IOException {
    return new Peer(
        (InetSocketAddress) connection.getRemoteAddress(),
        (InetSocketAddress) connection.getLocalAddress());
  }

  /** Returns the local port that the client is connected to. */
  int port() {
    return server.getPort();
  }

  /**
   * Returns whether the client runs as the user of this process, or as root, as engines do. On a
   * system without a list of sockets every client counts as the owner. On a system with such a
   * list, a socket that is missing in it does not.
   */
  public synchronized boolean isOwner() throws IOException {
    if (owner == null) {
      owner = look();
    }
    return owner;
  }

  private boolean look() throws IOException {
    if (!Files.isReadable(TABLES.resolve("tcp"))) {
      return true;
    }
    OptionalLong user = user(client, server);
    return user.isPresent() && (user.getAsLong() == ROOT || user.getAsLong() == self());
  }

  /**
   * Returns the user of the socket with these two ends. Java's own sockets are in the table for
   * IPv6, which comes first because Linux takes milliseconds for each whole table.
   */
  private static OptionalLong user(InetSocketAddress local, InetSocketAddress remote)
      throws IOException {
    for (String table : List.of("tcp6", "tcp")) {
      Path file = TABLES.resolve(table);
      if (!Files.isReadable(file)) {
        continue;
      }
      String ends = end(local, table) + " " + end(remote, table) + " ";
      try (BufferedReader lines = Files.newBufferedReader(file)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          int colon = line.indexOf(": ");
          if (colon > 0 && line.startsWith(ends, colon + 2)) {
            return user(line.strip().split("\\s+", 11));
          }
        }
      }
    }
    return OptionalLong.empty();
  }

  /**
   * Returns the user of a row. A socket that its program has closed, but whose connection is still
   * ending, is listed as root's and without an inode; such a row does not identify a user.
   */
  private static OptionalLong user(String[] columns) {
    return columns[3].equals(ESTABLISHED) && !columns[9].equals("0")
        ? OptionalLong.of(Long.parseLong(columns[7]))
        : OptionalLong.empty();
  }

  /**
   * Returns an IPv4 address in the form of these tables: words in the machine's byte order, in
   * hexadecimal.
   */
  private static String end(InetSocketAddress address, String table) {
    int word =
        ByteBuffer.wrap(address.getAddress().getAddress()).order(ByteOrder.nativeOrder()).getInt();
    int mapped = ByteBuffer.wrap(new byte[] {0, 0, -1, -1}).order(ByteOrder.nativeOrder()).getInt();
    String prefix =
        table.equals("tcp6") ? "0".repeat(16) + String.format(Locale.ROOT, "%08X", mapped) : "";
    return prefix + String.format(Locale.ROOT, "%08X:%04X", word, address.getPort());
  }

  private static long self() throws IOException {
    Optional<String> line =
        Files.readAllLines(STATUS).stream().filter(each -> each.startsWith("Uid:")).findFirst();
    // The fields are the real, effective, saved and file-system user ids; files are opened with the
    // last one.
    return Long.parseLong(line.orElseThrow(() -> new IOException("no Uid")).split("\\s+", 6)[4]);
  }
}
