package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.registry.server.Answer;
import ai.opencode.sandbox.registry.server.DistributionProtocol;
import ai.opencode.sandbox.registry.server.IncomingRequest;
import ai.opencode.sandbox.registry.server.LoopbackServer;
import ai.opencode.sandbox.registry.server.Repositories;
import ai.opencode.sandbox.registry.server.Uploads;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** The embedded registry, made to misbehave or to require credentials. */
public final class ARegistry implements Closeable {

  /** A replacement for the registry's answer; null keeps the registry's own. */
  public interface Gate {
    @Nullable Answer answer(IncomingRequest request, int number) throws IOException;
  }

  final BlobStore blobs;
  final List<String> requests = new CopyOnWriteArrayList<>();
  private final Uploads uploads;
  private final LoopbackServer server;
  private final ReadWriteLock answering = new ReentrantReadWriteLock();

  private ARegistry(Path folder, Gate gate) throws IOException {
    this.blobs = new BlobStore(folder);
    this.uploads = new Uploads(blobs);
    Repositories repositories = new Repositories(blobs);
    DistributionProtocol protocol =
        new DistributionProtocol(blobs, repositories, uploads, (repository, tag, manifest) -> {});
    AtomicInteger numbers = new AtomicInteger();
    this.server =
        LoopbackServer.start(
            0,
            request -> {
              requests.add(request.method() + " " + request.path());
              answering.readLock().lock();
              try {
                Answer answer = gate.answer(request, numbers.incrementAndGet());
                return answer == null ? protocol.answer(request) : answer;
              } finally {
                answering.readLock().unlock();
              }
            });
  }

  public static ARegistry behind(Path folder, Gate gate) throws IOException {
    return new ARegistry(folder, gate);
  }

  static ARegistry dropping(Path folder, int every) throws IOException {
    return behind(
        folder,
        (request, number) -> {
          if (number % every == 0) {
            throw new SocketException("dropped by the test");
          }
          return null;
        });
  }

  static ARegistry answering(Path folder, int status, int every) throws IOException {
    return behind(
        folder,
        (request, number) ->
            number % every == 0
                ? Answer.error(status, "TOOMANYREQUESTS", "slow down").with("Retry-After", "0")
                : null);
  }

  int port() {
    return server.port();
  }

  public String address() {
    return "127.0.0.1:" + server.port();
  }

  /** Waits a while for answers that are being made: they write where the test deletes next. */
  @Override
  public void close() throws IOException {
    server.close();
    try {
      if (answering.writeLock().tryLock(10, TimeUnit.SECONDS)) {
        answering.writeLock().unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    uploads.close();
  }
}
