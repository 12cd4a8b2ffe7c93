package ai.opencode.sandbox.network;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

/** An answer whose body is cut off when it stops coming: the JDK's client would wait for ever. */
record WatchedResponse(HttpResponse<InputStream> response, InputStream body)
    implements HttpResponse<InputStream> {

  private static final Logger LOG = System.getLogger(WatchedResponse.class.getName());
  private static final Duration STALLED = Duration.ofSeconds(60);

  private static final ScheduledThreadPoolExecutor WATCH =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, "network-watch");
            thread.setDaemon(true);
            return thread;
          });

  static {
    WATCH.setRemoveOnCancelPolicy(true);
  }

  WatchedResponse(HttpResponse<InputStream> response) {
    this(response, new Watched(response.body()));
  }

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
  public HttpHeaders headers() {
    return response.headers();
  }

  @Override
  public Optional<SSLSession> sslSession() {
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
}
