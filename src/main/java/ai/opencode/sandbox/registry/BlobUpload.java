package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.network.PassingFailure;
import ai.opencode.sandbox.network.PassingStatus;
import ai.opencode.sandbox.network.Retry;
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
 * The upload of one blob in a single request. If the connection breaks, the registry is asked how
 * many bytes it has and receives the rest. A registry that cannot answer (Distribution 2.8 cannot
 * after a broken request) receives all bytes again.
 */
final class BlobUpload {

  private static final long SLOWEST_BYTES_PER_SECOND = 50_000;
  private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-(\\d{1,18})");
  private static final String WHAT = "push to";

  private final RepositoryRequests requests;
  private final Transport transport;
  private final Descriptor blob;
  private final BlobStore store;
  private final @Nullable String neighbour;

  /** The address that waits for content; null if there is none. */
  private @Nullable URI place;

  /** The number of bytes that the registry has. */
  private long received;

  /** The largest number of bytes that the registry ever had; exceeding it is progress. */
  private long furthest;

  private boolean resumable = true;

  /** Whether the previous attempt has failed. */
  private boolean broken;

  /** A defect found while sending: the file was changed after it was verified. */
  private volatile @Nullable DamagedFileException damage;

  /**
   * Creates an upload.
   *
   * @param neighbour a repository of the same registry that may have the blob; null for none
   */
  BlobUpload(
      RepositoryRequests requests, BlobStore store, Descriptor blob, @Nullable String neighbour) {
    this.requests = requests;
    this.transport = requests.transport();
    this.blob = blob;
    this.store = store;
    this.neighbour = neighbour;
  }

  Arrival run() throws IOException {
    // A blob that the store only borrows is likely in the neighbouring repository. So the registry
    // is
    // told to mount it from there at once, without a request whether it has the blob already.
    if (neighbour != null && !store.isHere(blob.digest()) && isMounted()) {
      return Arrival.MOUNTED;
    }
    if (isThere()) {
      return Arrival.PRESENT;
    }
    try (BlobContent content = store.content(blob)) {
      // Verified before the first byte is sent, because other programs may be able to replace the
      // file.
      content.verify();
      return send(content);
    }
  }

  /** Tries to mount a blob that would have to be brought for an upload. */
  private boolean isMounted() {
    Optional<URI> begun = begin();
    begun.ifPresent(at -> place = at);
    return begun.isEmpty();
  }

  private boolean isThere() {
    return requests.head("/blobs/" + blob.digest(), "look for a blob in").isPresent();
  }

  private Arrival send(BlobContent content) throws IOException {
    Retry.Series tries = transport.retry().series(requests.endpoint().of("/blobs/uploads/"));
    try {
      return tries.run(number -> attempt(content, tries));
    } catch (PassingFailure e) {
      throw Transport.unreachable(Objects.requireNonNull(place), e, tries.failures());
    }
  }

  private Arrival attempt(BlobContent content, Retry.Series tries) throws PassingFailure {
    if (broken) {
      broken = false;
      if (hasGotOn()) {
        // Each interruption leaves fewer bytes to send.
        tries.restart();
      } else if (place == null && isThere()) {
        // The registry has all bytes; only its response was lost.
        return Arrival.UPLOADED;
      }
    }
    URI at = place;
    if (at == null) {
      Optional<URI> begun = begin();
      if (begun.isEmpty()) {
        return Arrival.MOUNTED;
      }
      at = begun.get();
      place = at;
      received = 0;
    }
    HttpResponse<InputStream> response = sent(at, content, tries);
    if (response.statusCode() == 201 || response.statusCode() == 204) {
      Transport.close(response);
      return Arrival.UPLOADED;
    }
    broken = true;
    throw refused(response, tries.failures() + 1);
  }

  private HttpResponse<InputStream> sent(URI at, BlobContent content, Retry.Series tries)
      throws PassingFailure {
    try {
      return send(at, content);
    } catch (IOException e) {
      if (damage != null) {
        throw damage;
      }
      broken = true;
      if (PassingFailure.unlessHopeless(e) instanceof PassingFailure passing) {
        throw passing;
      }
      throw Transport.unreachable(at, e, tries.failures() + 1);
    }
  }

  /** Starts an upload; empty if the registry mounted the blob from the neighbour instead. */
  private Optional<URI> begin() {
    String query =
        neighbour == null
            ? ""
            : "?mount=" + encoded(blob.digest().toString()) + "&from=" + encoded(neighbour);
    HttpResponse<InputStream> begun =
        requests.exchange(
            "POST", "/blobs/uploads/" + query, Map.of(), BodyPublishers.noBody(), WHAT);
    if (begun.statusCode() != 201 && begun.statusCode() != 202) {
      throw requests.unexpected(begun, WHAT);
    }
    Transport.close(begun);
    return begun.statusCode() == 201
        ? Optional.empty()
        : Optional.of(requests.endpoint().location(begun));
  }

  /** Sends the bytes that the registry does not have. */
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
    Transport.close(response);
    received = blob.size();
    place = requests.endpoint().location(response);
    return transport.sendOnce(put(place, BodyPublishers.noBody()));
  }

  /** Returns the missing bytes. The whole blob is read, so that all of it is hashed. */
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

  /** A stream that keeps the cause of a failed read, which the HTTP client does not report. */
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
    return requests
        .request(uri)
        .timeout(Duration.ofSeconds(60 + blob.size() / SLOWEST_BYTES_PER_SECOND))
        .header("Content-Type", "application/octet-stream");
  }

  /**
   * Interprets an error response.
   *
   * @return a failure that a repetition may avoid
   * @throws ai.opencode.sandbox.failure.SandboxException if a repetition is useless
   */
  private PassingFailure refused(HttpResponse<InputStream> response, int attempt) {
    int status = response.statusCode();
    // The registry has lost the upload, or has another number of bytes than expected.
    boolean stale =
        status == 404
            || ((attempt > 1 || received > 0) && (status == 400 || status == 405 || status == 416));
    // Another request may succeed after these two: one that begins anew, or one with a new token.
    boolean repairable = stale || status == 401;
    if (!(repairable || PassingStatus.includes(status))
        || attempt == transport.retry().attempts()) {
      throw requests.unexpected(response, WHAT);
    }
    Transport.close(response);
    if (status == 401) {
      requests.renew(response.request(), response);
    }
    if (stale) {
      resumable = received == 0;
      place = null;
    }
    return new PassingFailure(response);
  }

  /**
   * Finds out where a broken upload continues; returns whether the registry has more bytes than
   * before.
   */
  private boolean hasGotOn() {
    URI at = place;
    if (at == null || !resumable) {
      place = null;
      return false;
    }
    HttpResponse<InputStream> status = transport.send(requests.request(at).GET().build());
    Transport.close(status);
    String range = Transport.header(status, "Range");
    Matcher matcher = RANGE.matcher(range == null ? "" : range);
    if (status.statusCode() != 204 || !matcher.matches()) {
      place = null;
      return false;
    }
    long last = Long.parseLong(matcher.group(1));
    // A registry without any bytes answers "0-0".
    long there = last == 0 ? 0 : Math.min(last + 1, blob.size());
    boolean more = there > furthest;
    furthest = Math.max(furthest, there);
    received = there;
    if (Transport.header(status, "Location") != null) {
      place = requests.endpoint().location(status);
    }
    return more;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
