package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.failure.NetworkException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** HTTP requests, repeated where repeating may help; answers that stop coming are cut off. */
final class Transport {

  /** The connection broke while content came; asking again may help. */
  static final class InterruptedTransfer extends IOException {
    private static final long serialVersionUID = 1L;

    InterruptedTransfer(IOException cause) {
      super(reason(cause), cause);
    }
  }

  private static final Logger LOG = System.getLogger(Transport.class.getName());
  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
  private static final Duration STALLED = Duration.ofSeconds(60);

  private static final ScheduledThreadPoolExecutor WATCH =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, "registry-watch");
            thread.setDaemon(true);
            return thread;
          });

  static {
    WATCH.setRemoveOnCancelPolicy(true);
  }

  private final Once<HttpClient> http;
  private final int attempts;
  private final Duration firstPause;

  Transport(RegistryAccess access) {
    // Who has everything needs no client.
    this.http = new Once<>(() -> client(access));
    this.attempts = access.attempts();
    this.firstPause = access.firstPause();
  }

  private static HttpClient client(RegistryAccess access) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(Duration.ofSeconds(20))
        .sslContext(Objects.requireNonNullElseGet(access.tls(), LazyTrust::context))
        .build();
  }

  int attempts() {
    return attempts;
  }

  /**
   * Sends until there is an answer that repeating would not change. The answer's body must be
   * closed.
   *
   * @throws NetworkException where there is none after all attempts
   */
  HttpResponse<InputStream> send(HttpRequest request) {
    for (int attempt = 1; ; attempt++) {
      Optional<Duration> asked = Optional.empty();
      try {
        HttpResponse<InputStream> response = sendOnce(request);
        if (!mayPass(response.statusCode()) || attempt == attempts) {
          return response;
        }
        asked = retryAfter(response);
        LOG.log(
            Level.DEBUG, "{0} answered {1}, trying again", request.uri(), response.statusCode());
        response.body().close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "No answer from " + request.uri(), e);
        if (attempt == attempts || isHopeless(e)) {
          throw unreachable(request.uri(), e, attempt);
        }
      }
      pause(attempt, asked);
    }
  }

  /** Sends once. */
  HttpResponse<InputStream> sendOnce(HttpRequest request) throws IOException {
    try {
      HttpResponse<InputStream> response = http.get().send(request, BodyHandlers.ofInputStream());
      return new WatchedResponse(response, new Watched(response.body()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException("Interrupted while waiting for " + request.uri().getHost(), e);
    }
  }

  private static boolean isHopeless(IOException e) {
    return e instanceof javax.net.ssl.SSLHandshakeException
        && !(e.getCause() instanceof IOException);
  }

  static NetworkException unreachable(URI uri, IOException cause, int attempts) {
    return new NetworkException(
        "No answer from "
            + uri.getAuthority()
            + " ("
            + reason(cause)
            + ", "
            + (attempts == 1 ? "one attempt" : attempts + " attempts")
            + "); check the address, the network and the proxy",
        cause);
  }

  static String reason(IOException cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof UnknownHostException || at instanceof UnresolvedAddressException) {
        return "unknown host";
      }
    }
    if (cause.getMessage() != null) {
      return cause.getMessage();
    }
    return cause instanceof ConnectException
        ? "connection refused"
        : cause.getClass().getSimpleName();
  }

  /** Whether a status is of the kind that may be another one a moment later. */
  static boolean mayPass(int status) {
    return PASSING.contains(status);
  }

  static Optional<Duration> retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(value -> value.matches("\\d{1,6}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value)));
  }

  /** Waits before the attempt after this one. */
  void pause(int attempt, Optional<Duration> asked) {
    // Spread by a half, so that several clients do not come back at one moment.
    double spread = 0.75 + ThreadLocalRandom.current().nextDouble() / 2;
    long backoff = (long) (firstPause.toMillis() * Math.pow(2, attempt - 1) * spread);
    long millis = Math.max(backoff, asked.map(Duration::toMillis).orElse(0L));
    try {
      Thread.sleep(Math.min(millis, LONGEST_PAUSE.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException("Interrupted between two attempts", e);
    }
  }

  /** Reads an answer that must be small, and closes it. */
  static byte[] read(HttpResponse<InputStream> response, int mostBytes) throws InterruptedTransfer {
    try (InputStream body = response.body()) {
      return body.readNBytes(mostBytes);
    } catch (IOException e) {
      throw new InterruptedTransfer(e);
    }
  }

  /** Closes itself when nothing has come for a minute: the JDK's client would wait for ever. */
  private static final class Watched extends FilterInputStream {

    private final ScheduledFuture<?> watch;
    private volatile long waitingSince;
    private volatile boolean waiting;
    private volatile boolean stalled;

    Watched(InputStream in) {
      super(in);
      this.watch = WATCH.scheduleWithFixedDelay(this::check, 5, 5, TimeUnit.SECONDS);
    }

    private void check() {
      if (waiting && System.nanoTime() - waitingSince > STALLED.toNanos()) {
        stalled = true;
        try {
          in.close();
        } catch (IOException e) {
          LOG.log(Level.DEBUG, "A stalled connection did not close", e);
        }
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      waitingSince = System.nanoTime();
      waiting = true;
      try {
        return in.read(bytes, start, length);
      } catch (IOException e) {
        if (stalled) {
          throw new IOException("nothing came for " + STALLED.toSeconds() + " seconds", e);
        }
        throw e;
      } finally {
        waiting = false;
      }
    }

    @Override
    public void close() throws IOException {
      watch.cancel(false);
      super.close();
    }
  }

  private record WatchedResponse(HttpResponse<InputStream> response, InputStream body)
      implements HttpResponse<InputStream> {

    @Override
    public int statusCode() {
      return response.statusCode();
    }

    @Override
    public HttpRequest request() {
      return response.request();
    }

    @Override
    public Optional<HttpResponse<InputStream>> previousResponse() {
      return Optional.empty();
    }

    @Override
    public java.net.http.HttpHeaders headers() {
      return response.headers();
    }

    @Override
    public Optional<javax.net.ssl.SSLSession> sslSession() {
      return response.sslSession();
    }

    @Override
    public URI uri() {
      return response.uri();
    }

    @Override
    public HttpClient.Version version() {
      return response.version();
    }
  }

  static @Nullable String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }
}
