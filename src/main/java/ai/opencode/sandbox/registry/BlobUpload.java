package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.Patience;
import ai.opencode.sandbox.oci.BlobContent;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.registry.RemoteRepository.Arrival;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Brings one blob into a repository. It is sent in one request; where the connection breaks, the
 * registry is asked how much it has, and gets the rest. One that cannot say (Distribution 2.8
 * cannot after a request that broke) gets all of it again.
 */
final class BlobUpload {

  private static final long SLOWEST_BYTES_PER_SECOND = 50_000;
  private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-(\\d{1,18})");
  private static final String WHAT = "push to";

  private final RemoteRepository repository;
  private final Transport transport;
  private final Descriptor blob;
  private final BlobStore store;
  private final @Nullable String neighbour;

  /** Where the registry waits for content; null where it does not. */
  private @Nullable URI place;

  /** How much of the content it has. */
  private long received;

  /** The most that it ever had: getting on is to have more than that. */
  private long furthest;

  private boolean resumable = true;

  /** What was found while sending: the file was changed after it was checked. */
  private volatile @Nullable DamagedFileException damage;

  /**
   * @param neighbour a repository of the same registry that may have the blob; null for none
   */
  BlobUpload(
      RemoteRepository repository,
      Transport transport,
      BlobStore store,
      Descriptor blob,
      @Nullable String neighbour) {
    this.repository = repository;
    this.transport = transport;
    this.blob = blob;
    this.store = store;
    this.neighbour = neighbour;
  }

  Arrival run() throws IOException {
    if (repository.hasBlob(blob.digest())) {
      return Arrival.PRESENT;
    }
    try (BlobContent content = store.content(blob)) {
      // Before the first byte leaves: in a folder that others write, any file may have this name.
      content.verify();
      return send(content);
    }
  }

  private Arrival send(BlobContent content) throws IOException {
    for (int attempt = 1; ; attempt++) {
      if (place == null) {
        Optional<URI> begun = begin();
        if (begun.isEmpty()) {
          return Arrival.MOUNTED;
        }
        place = begun.get();
        received = 0;
      }
      Optional<Duration> pause = Optional.empty();
      try {
        HttpResponse<InputStream> response = send(place, content);
        if (response.statusCode() == 201 || response.statusCode() == 204) {
          RemoteRepository.close(response);
          return Arrival.UPLOADED;
        }
        pause = refused(response, attempt);
      } catch (IOException e) {
        if (damage != null) {
          throw damage;
        }
        if (attempt == transport.attempts() || Network.isHopeless(e)) {
          throw Transport.unreachable(Objects.requireNonNull(place), e, attempt);
        }
      }
      transport.pause(attempt, pause);
      if (hasGotOn()) {
        // However often the line breaks, there is less left to send.
        attempt = 0;
      } else if (place == null && repository.hasBlob(blob.digest())) {
        // Everything had come; only the answer was lost.
        return Arrival.UPLOADED;
      }
    }
  }

  /** Begins an upload; empty where the registry took the blob from the neighbour instead. */
  private Optional<URI> begin() {
    String query =
        neighbour == null
            ? ""
            : "?mount=" + encoded(blob.digest().toString()) + "&from=" + encoded(neighbour);
    HttpResponse<InputStream> begun =
        repository.exchange(
            "POST", "/blobs/uploads/" + query, Map.of(), BodyPublishers.noBody(), WHAT);
    if (begun.statusCode() != 201 && begun.statusCode() != 202) {
      throw repository.unexpected(begun, WHAT);
    }
    RemoteRepository.close(begun);
    return begun.statusCode() == 201 ? Optional.empty() : Optional.of(repository.location(begun));
  }

  /** Sends what the registry does not have. */
  private HttpResponse<InputStream> send(URI at, BlobContent content) throws IOException {
    if (received == 0) {
      return transport.sendOnce(put(at, rest(content)));
    }
    if (received == blob.size()) {
      return transport.sendOnce(put(at, BodyPublishers.noBody()));
    }
    HttpRequest rest =
        content(at)
            .header("Content-Range", received + "-" + (blob.size() - 1))
            .method("PATCH", rest(content))
            .build();
    HttpResponse<InputStream> response = transport.sendOnce(rest);
    if (response.statusCode() != 202) {
      return response;
    }
    RemoteRepository.close(response);
    received = blob.size();
    place = repository.location(response);
    return transport.sendOnce(put(place, BodyPublishers.noBody()));
  }

  /** What the registry does not have yet; all of it is read, so that all of it is hashed. */
  private BodyPublisher rest(BlobContent content) {
    if (blob.size() == received) {
      return BodyPublishers.noBody();
    }
    long from = received;
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofInputStream(() -> rest(content, from)), blob.size() - from);
  }

  private InputStream rest(BlobContent content, long from) {
    try {
      InputStream in = content.stream();
      in.skipNBytes(from);
      return new Noticing(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The client ends the connection where reading fails, and does not say why. */
  private final class Noticing extends FilterInputStream {

    Noticing(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      try {
        return in.read(bytes, start, length);
      } catch (DamagedFileException e) {
        damage = e;
        throw new IOException(e);
      }
    }
  }

  private HttpRequest put(URI at, BodyPublisher body) {
    String digest = "digest=" + encoded(blob.digest().toString());
    return content(ServerAddress.withQuery(at, digest)).PUT(body).build();
  }

  private HttpRequest.Builder content(URI uri) {
    return repository
        .request(uri)
        .timeout(Duration.ofSeconds(60 + blob.size() / SLOWEST_BYTES_PER_SECOND))
        .header("Content-Type", "application/octet-stream");
  }

  /**
   * What to make of a refusal.
   *
   * @return how long the registry wants us to wait
   * @throws ai.opencode.sandbox.failure.SandboxException where trying again would be no use
   */
  private Optional<Duration> refused(HttpResponse<InputStream> response, int attempt) {
    int status = response.statusCode();
    // The registry lost the upload, or has something else of it than we believe.
    boolean stale =
        status == 404
            || ((attempt > 1 || received > 0) && (status == 400 || status == 405 || status == 416));
    boolean passing = stale || status == 401 || Patience.mayPass(status);
    if (!passing || attempt == transport.attempts()) {
      throw repository.unexpected(response, WHAT);
    }
    RemoteRepository.close(response);
    if (status == 401) {
      repository.renew(response.request(), response);
    }
    if (stale) {
      resumable = received == 0;
      place = null;
    }
    return Patience.retryAfter(response);
  }

  /** Finds out where an upload that broke goes on, and whether it has more than it had. */
  private boolean hasGotOn() {
    URI at = place;
    if (at == null || !resumable) {
      place = null;
      return false;
    }
    HttpResponse<InputStream> status = transport.send(repository.request(at).GET().build());
    RemoteRepository.close(status);
    String range = Transport.header(status, "Range");
    Matcher matcher = RANGE.matcher(range == null ? "" : range);
    if (status.statusCode() != 204 || !matcher.matches()) {
      place = null;
      return false;
    }
    long last = Long.parseLong(matcher.group(1));
    // "0-0" is what registries answer that have nothing.
    long there = last == 0 ? 0 : Math.min(last + 1, blob.size());
    boolean more = there > furthest;
    furthest = Math.max(furthest, there);
    received = there;
    if (Transport.header(status, "Location") != null) {
      place = repository.location(status);
    }
    return more;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
