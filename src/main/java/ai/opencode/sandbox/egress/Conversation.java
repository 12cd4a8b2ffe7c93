package ai.opencode.sandbox.egress;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a container to the proxy, with one request. The proxy answers with a refusal,
 * or connects to the requested host and passes bytes on. It uses the very addresses by which the
 * request was allowed, because a second lookup of the name could give others.
 */
final class Conversation implements Runnable {

  private static final Duration HEAD = Duration.ofSeconds(30);
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** The time without bytes after which the connection ends, once one side sends no more. */
  private static final Duration HALF = Duration.ofMinutes(2);

  private static final Duration GOODBYE = Duration.ofSeconds(2);
  private static final int MAX_ADDRESSES = 4;
  private static final int MAX_DRAINED = 256 << 10;
  private static final int MAX_INTERIM = 10;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5]\\d\\d)(?: .*)?");

  private final SocketChannel clientChannel;
  private final Gate gate;
  private final Refusals refusals;
  private final Executor threads;
  private final Duration idle;
  private final TimeLimit limit = new TimeLimit(HEAD);
  private final Wire client;
  private @Nullable SocketChannel server;

  /**
   * Creates a conversation.
   *
   * @param client the connection from the container
   * @param gate the decision about the requested host
   * @param refusals the log of refused requests
   * @param threads the threads that copy bytes from the container to the host
   * @param idle the time without bytes after which the conversation ends
   */
  Conversation(
      SocketChannel client, Gate gate, Refusals refusals, Executor threads, Duration idle) {
    this.clientChannel = client;
    this.gate = gate;
    this.refusals = refusals;
    this.threads = threads;
    this.idle = idle;
    this.client = new Wire(client, limit);
  }

  @Override
  public void run() {
    try {
      MessageHead head = MessageHead.read(client);
      if (head != null) {
        answer(ProxyRequest.of(head));
      }
    } catch (MalformedMessageException e) {
      refuse(400, "a malformed request", e.defect());
    } catch (IOException e) {
      // One side has closed its connection, or the time limit has ended it.
    } finally {
      end();
    }
  }

  private void answer(ProxyRequest request) throws IOException {
    String name = request.host() + ":" + request.port();
    // The limit covers the lookup of the name, for which Java has no limit, and the connection.
    limit.require(HEAD.plus(CONNECT.multipliedBy(MAX_ADDRESSES)));
    gate.judge(request.host(), request.port())
        .in(
            new Verdict.Cases() {
              @Override
              public void of(Verdict.Permitted verdict) throws IOException {
                converse(request, name, verdict.addresses());
              }

              @Override
              public void of(Verdict.Refused verdict) {
                refuse(verdict.status(), name, verdict.reason());
              }
            });
  }

  private void converse(ProxyRequest request, String name, List<InetSocketAddress> addresses)
      throws IOException {
    Wire other = connect(addresses);
    if (other == null) {
      refuse(502, name, "it does not accept connections");
      return;
    }
    limit.requireActivity(idle);
    if (request instanceof ProxyRequest.Plain plain) {
      passOn(plain, other);
    } else {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      tunnel(other);
    }
  }

  private @Nullable Wire connect(List<InetSocketAddress> addresses) throws IOException {
    for (InetSocketAddress address :
        addresses.subList(0, Math.min(MAX_ADDRESSES, addresses.size()))) {
      SocketChannel channel = SocketChannel.open();
      synchronized (this) {
        server = channel;
      }
      if (!clientChannel.isOpen()) {
        channel.close();
        throw new EOFException();
      }
      try {
        channel.socket().connect(address, (int) CONNECT.toMillis());
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return new Wire(channel, limit);
      } catch (IOException e) {
        channel.close();
      }
    }
    return null;
  }

  private void tunnel(Wire other) throws IOException {
    FutureTask<Void> up =
        aside(
            () -> {
              client.copyTo(other);
              halfEnded();
              other.endOutput();
            });
    other.copyTo(client);
    halfEnded();
    client.endOutput();
    await(up);
  }

  private void halfEnded() {
    limit.requireActivity(idle.compareTo(HALF) < 0 ? idle : HALF);
  }

  private void passOn(ProxyRequest.Plain request, Wire other) throws IOException {
    other.write(request.head().text());
    if (request.expectsContinue()) {
      client.write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    // A server may answer before it has read the body.
    FutureTask<Void> up = aside(() -> request.body().copy(client, other));
    MessageHead answer = answerOf(other);
    if (answer == null) {
      refuse(502, request.host() + ":" + request.port(), "its answer is not one of HTTP/1");
      return;
    }
    client.write(answer.text());
    other.copyTo(client);
    client.endOutput();
    up.cancel(false);
  }

  /** Returns the head of the server's final answer; null if it is malformed. */
  private static @Nullable MessageHead answerOf(Wire other) throws IOException {
    try {
      for (int i = 0; i < MAX_INTERIM; i++) {
        MessageHead head = MessageHead.read(other);
        Matcher status = STATUS.matcher(head == null ? "" : head.start());
        if (head == null || !status.matches() || status.group(1).equals("101")) {
          return null;
        }
        if (!status.group(1).startsWith("1")) {
          List<MessageHead.Field> fields = new ArrayList<>(head.passedOn());
          fields.add(new MessageHead.Field("Connection", "close"));
          return new MessageHead(head.start(), fields);
        }
      }
    } catch (MalformedMessageException | EOFException e) {
      // A malformed or incomplete answer counts as no answer.
    }
    return null;
  }

  private interface Transfer {
    void run() throws IOException;
  }

  /** Copies one direction in another thread; a failure there ends both directions. */
  private FutureTask<Void> aside(Transfer transfer) throws IOException {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              try {
                transfer.run();
                return null;
              } catch (IOException e) {
                if (e instanceof MalformedMessageException malformed) {
                  refusals.add("the network refused a malformed request: " + malformed.defect());
                }
                end();
                throw e;
              }
            });
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      throw new IOException(e); // The proxy has been closed.
    }
    return task;
  }

  private static void await(FutureTask<Void> task) throws IOException {
    try {
      task.get();
    } catch (ExecutionException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void refuse(int status, String what, String reason) {
    refusals.add("the network refused " + what + ": " + reason);
    String text = "opencode-sandbox: " + what + " is refused: " + reason + "\n";
    String phrase =
        switch (status) {
          case 400 -> "Bad Request";
          case 403 -> "Forbidden";
          default -> "Bad Gateway";
        };
    try {
      client.write(
          "HTTP/1.1 "
              + status
              + " "
              + phrase
              + "\r\nContent-Type: text/plain\r\nContent-Length: "
              + text.length()
              + "\r\nConnection: close\r\n\r\n"
              + text);
      client.endOutput();
      limit.require(GOODBYE);
      client.drain(MAX_DRAINED);
    } catch (IOException e) {
      // The client does not wait for the answer.
    }
  }

  boolean isOver() {
    return limit.isOver();
  }

  /** Closes both connections; a thread that uses them gets an exception. */
  void end() {
    close(clientChannel);
    synchronized (this) {
      if (server != null) {
        close(server);
      }
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // The channel is not used again.
    }
  }
}
