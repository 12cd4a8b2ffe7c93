package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.ReadOneWay;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.PlainText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One repository of a registry: the requests of distribution-spec 1.1 that we make. */
final class RemoteRepository {

  /** How a blob came to be in a repository. */
  enum Arrival {
    PRESENT,
    MOUNTED,
    UPLOADED
  }

  /** A manifest as the registry sent it. */
  record Fetched(String mediaType, byte[] content) {
    Descriptor descriptor() {
      return Descriptor.of(mediaType, Digest.sha256(content), content.length);
    }
  }

  private static final String ACCEPT =
      String.join(
          ", ",
          MediaType.INDEX,
          MediaType.MANIFEST,
          MediaType.DOCKER_LIST,
          MediaType.DOCKER_MANIFEST);
  private static final int MAX_REDIRECTS = 5;

  private final RegistryAccess access;
  private final Transport transport;
  private final Reference image;
  private final Authorization authorization;
  private final String authority;
  private @Nullable URI base;

  /**
   * @param scopes the rights that will be needed, in the words of token authentication
   */
  RemoteRepository(
      RegistryAccess access, Transport transport, Reference image, List<String> scopes) {
    this.access = access;
    this.transport = transport;
    this.image = image;
    this.authorization = new Authorization(access, transport, image, scopes);
    this.authority =
        image.registry().equals("docker.io") ? "registry-1.docker.io" : image.registry();
  }

  boolean hasBlob(Digest digest) {
    return exists("/blobs/" + digest, "look for a blob in").isPresent();
  }

  /** The digest that a tag or digest stands for; empty where the registry has neither. */
  Optional<Digest> find(String selector) {
    Optional<HttpResponse<InputStream>> found =
        exists("/manifests/" + selector, "look for a manifest in");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    String digest = Transport.header(found.get(), "Docker-Content-Digest");
    if (digest != null && Digest.isDigest(digest)) {
      return Optional.of(Digest.of(digest));
    }
    return Optional.of(
        Digest.isDigest(selector) ? Digest.of(selector) : manifest(selector).descriptor().digest());
  }

  private Optional<HttpResponse<InputStream>> exists(String path, String what) {
    HttpResponse<InputStream> response =
        exchange("HEAD", path, Map.of("Accept", ACCEPT), BodyPublishers.noBody(), what);
    close(response);
    if (response.statusCode() == 404) {
      return Optional.empty();
    }
    if (response.statusCode() != 200) {
      throw unexpected(response, what);
    }
    return Optional.of(response);
  }

  /**
   * Fetches a manifest's bytes.
   *
   * @throws UsageException where the registry has none of that name
   * @throws VerificationException where they are not what the digest says, or too many
   */
  Fetched manifest(String selector) {
    String what = "pull from";
    for (int attempt = 1; ; attempt++) {
      HttpResponse<InputStream> response =
          exchange(
              "GET",
              "/manifests/" + selector,
              Map.of("Accept", ACCEPT),
              BodyPublishers.noBody(),
              what);
      if (response.statusCode() == 404) {
        close(response);
        throw new UsageException(
            image.registry()
                + " has no "
                + image.repository()
                + (Digest.isDigest(selector) ? "@" : ":")
                + selector
                + "; check the reference");
      }
      if (response.statusCode() != 200) {
        throw unexpected(response, what);
      }
      try {
        byte[] content = Transport.read(response, Json.MAX_BYTES + 1);
        return checked(selector, response, content);
      } catch (IOException e) {
        if (attempt == transport.attempts()) {
          throw Transport.unreachable(response.uri(), e, attempt);
        }
        transport.pause(attempt, Optional.empty());
      }
    }
  }

  private Fetched checked(String selector, HttpResponse<InputStream> response, byte[] content) {
    String where =
        image.registry()
            + "/"
            + image.repository()
            + (Digest.isDigest(selector) ? "@" : ":")
            + selector;
    if (content.length > Json.MAX_BYTES) {
      throw new VerificationException(
          where + ": a manifest of more than " + Json.MAX_BYTES + " bytes");
    }
    if (Digest.isDigest(selector) && !Digest.sha256(content).equals(Digest.of(selector))) {
      throw new VerificationException(
          where + ": the registry sent other content, " + Digest.sha256(content));
    }
    String sent = Transport.header(response, "Content-Type");
    String mediaType =
        ReadOneWay.mediaType(ReadOneWay.manifest(content, where), sent == null ? "" : sent, where);
    return new Fetched(mediaType, content);
  }

  /**
   * Fetches a blob into a store, going on where a broken connection ended.
   *
   * @throws VerificationException where the content is not what the descriptor says
   */
  void download(Descriptor blob, BlobStore store) throws IOException {
    if (store.contains(blob.digest())) {
      return;
    }
    try (BlobStore.Sink sink = store.create()) {
      for (int attempt = 1; sink.size() < blob.size() || attempt == 1; attempt++) {
        URI uri = base().resolve("/v2/" + image.repository() + "/blobs/" + blob.digest());
        try {
          receive(blob, sink);
        } catch (Transport.InterruptedTransfer e) {
          if (attempt >= transport.attempts()) {
            throw Transport.unreachable(uri, e, attempt);
          }
          transport.pause(attempt, Optional.empty());
        }
      }
      sink.commit(blob.digest());
    }
  }

  private void receive(Descriptor blob, BlobStore.Sink sink) throws IOException {
    String what = "pull from";
    Map<String, String> headers =
        sink.size() == 0 ? Map.of() : Map.of("Range", "bytes=" + sink.size() + "-");
    HttpResponse<InputStream> response =
        exchange("GET", "/blobs/" + blob.digest(), headers, BodyPublishers.noBody(), what);
    if (response.statusCode() != 200 && response.statusCode() != 206) {
      throw unexpected(response, what);
    }
    try (InputStream body = response.body()) {
      // A server without ranges sends everything again: what is there already is skipped.
      long skip = response.statusCode() == 206 ? 0 : sink.size();
      byte[] buffer = new byte[1 << 16];
      for (int read = read(body, buffer); read >= 0; read = read(body, buffer)) {
        int known = (int) Math.min(skip, read);
        skip -= known;
        if (sink.size() + read - known > blob.size()) {
          throw new VerificationException(
              image.registry()
                  + " sent more than the "
                  + blob.size()
                  + " bytes of "
                  + blob.digest());
        }
        sink.write(buffer, known, read - known);
      }
    }
    if (sink.size() < blob.size()) {
      throw new Transport.InterruptedTransfer(
          new IOException(sink.size() + " of " + blob.size() + " bytes came"));
    }
  }

  private static int read(InputStream body, byte[] buffer) throws Transport.InterruptedTransfer {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      throw new Transport.InterruptedTransfer(e);
    }
  }

  /**
   * Brings a blob into the repository: by mounting where a neighbour has it, else by sending it.
   *
   * @param mountFrom a repository of the same registry; null for none
   */
  Arrival upload(BlobStore store, Descriptor blob, @Nullable String mountFrom) throws IOException {
    String neighbour = image.repository().equals(mountFrom) ? null : mountFrom;
    return new BlobUpload(this, transport, store, blob, neighbour).run();
  }

  /** A request to an address that the registry gave, with the right to use it. */
  HttpRequest.Builder request(URI uri) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofMinutes(2));
    String header = authorization.header();
    if (header != null && isRegistry(uri)) {
      request.header("Authorization", header);
    }
    return request;
  }

  /** Gets a new right after an answer of 401 to such a request. */
  void renew(HttpRequest refused, HttpResponse<?> response) {
    authorization.renew(refused.headers().firstValue("Authorization").orElse(null), response);
  }

  /** Where content is to be sent, as the registry says. */
  URI location(HttpResponse<?> response) {
    String text = Transport.header(response, "Location");
    if (text == null) {
      throw new NetworkException(
          authority + " began an upload without saying where to send it (no Location header)");
    }
    URI location = resolved(base(), text);
    if (isHost(location) && "https".equals(base().getScheme())) {
      // A registry behind a proxy may believe that it is spoken with over plain HTTP.
      return ServerAddress.overHttps(location);
    }
    return allowed(location);
  }

  private URI resolved(URI from, String text) {
    return ServerAddress.resolved(from, text)
        .orElseThrow(
            () ->
                new NetworkException(
                    authority
                        + " sends us to what is no address (header Location); try again later, or"
                        + " name another registry"));
  }

  private boolean isHost(URI uri) {
    return authority.equalsIgnoreCase(uri.getAuthority());
  }

  /** Credentials are sent to the registry alone, and never less well protected than it is. */
  private boolean isRegistry(URI uri) {
    return isHost(uri) && String.valueOf(base().getScheme()).equalsIgnoreCase(uri.getScheme());
  }

  private URI allowed(URI uri) {
    if (!access.mayLeadTo(image, uri)) {
      throw new NetworkException(
          authority
              + " sends us to "
              + uri.getScheme()
              + "://"
              + uri.getAuthority()
              + ", which is not HTTPS or is on this machine; if you trust the network, add that"
              + " host to the insecure registries");
    }
    return uri;
  }

  /**
   * Sends a manifest's bytes.
   *
   * @throws VerificationException where the registry understood others
   */
  void putManifest(String selector, String mediaType, byte[] content) {
    String what = "push to";
    HttpResponse<InputStream> response =
        exchange(
            "PUT",
            "/manifests/" + selector,
            Map.of("Content-Type", mediaType),
            BodyPublishers.ofByteArray(content),
            what);
    if (response.statusCode() != 201 && response.statusCode() != 200) {
      throw unexpected(response, what);
    }
    close(response);
    String stored = Transport.header(response, "Docker-Content-Digest");
    if (stored != null && !stored.equals(Digest.sha256(content).toString())) {
      throw new VerificationException(
          authority + " stored " + stored + " where " + Digest.sha256(content) + " was sent");
    }
  }

  /** Sends a request with whatever rights it turns out to need; follows GET and HEAD elsewhere. */
  HttpResponse<InputStream> exchange(
      String method, String path, Map<String, String> headers, BodyPublisher body, String what) {
    URI uri = base().resolve("/v2/" + image.repository() + path);
    boolean renewed = false;
    for (int redirects = 0; ; ) {
      HttpRequest.Builder builder =
          HttpRequest.newBuilder(uri).timeout(Duration.ofMinutes(2)).method(method, body);
      headers.forEach(builder::header);
      String header = isRegistry(uri) ? authorization.header() : null;
      if (header != null) {
        builder.header("Authorization", header);
      }
      HttpResponse<InputStream> response = transport.send(builder.build());
      int status = response.statusCode();
      if (status == 401 && isRegistry(uri) && !renewed) {
        close(response);
        authorization.renew(header, response);
        renewed = true;
      } else if (List.of(301, 302, 303, 307, 308).contains(status)
          && (method.equals("GET") || method.equals("HEAD"))) {
        close(response);
        if (++redirects > MAX_REDIRECTS) {
          throw new NetworkException(
              authority + " redirects more than " + MAX_REDIRECTS + " times");
        }
        uri =
            allowed(
                resolved(
                    uri, Optional.ofNullable(Transport.header(response, "Location")).orElse("")));
      } else if (status == 401 || status == 403) {
        String reason = reason(response);
        throw authorization.refused(
            "does not let us "
                + what
                + " "
                + image.repository()
                + " "
                + authorization.description()
                + ", answer "
                + status
                + reason);
      } else {
        return response;
      }
    }
  }

  NetworkException unexpected(HttpResponse<InputStream> response, String what) {
    String reason = reason(response);
    String again =
        response.statusCode() == 429
            ? "; it limits how much you may ask for: wait, or log in"
            : response.statusCode() >= 500
                ? "; try again later"
                : response.statusCode() == 405 && !reason.contains("read-only")
                    ? "; it does not do that: where it is read-only, name another"
                    : "";
    return new NetworkException(
        "The registry "
            + authority
            + " answered "
            + response.statusCode()
            + " to a request to "
            + what
            + " "
            + image.repository()
            + reason
            + again);
  }

  /** What the registry says itself, in short; nothing where it says nothing readable. */
  private static String reason(HttpResponse<InputStream> response) {
    try {
      var error = Json.parse(Transport.read(response, 64 << 10), "error").path("errors").path(0);
      String text = error.path("code").asText() + ": " + error.path("message").asText();
      String printable = PlainText.line(text);
      return error.isMissingNode()
          ? ""
          : " (" + printable.substring(0, Math.min(300, printable.length())) + ")";
    } catch (IOException | VerificationException e) {
      return "";
    }
  }

  static void close(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      // Read to its end, a small body leaves the connection fit for the next request.
      body.readNBytes(64 << 10);
    } catch (IOException e) {
      // Nothing of interest was in it.
      return;
    }
  }

  /** Where the registry is: HTTPS, or plain HTTP where that is allowed and nothing else works. */
  private synchronized URI base() {
    if (base == null) {
      URI https = URI.create("https://" + authority);
      base = access.allowsPlainHttp(authority) ? probe(https) : https;
    }
    return base;
  }

  private URI probe(URI https) {
    URI http = URI.create("http://" + authority);
    // On loopback nobody listens in, and most registries there have no TLS: asked plainly first.
    boolean loopback = image.isLoopback();
    URI first = loopback ? http : https;
    URI second = loopback ? https : http;
    for (int attempt = 1; ; attempt++) {
      Optional<IOException> failure = answers(first);
      if (failure.isEmpty()) {
        return first;
      }
      if (answers(second).isEmpty()) {
        return second;
      }
      if (attempt == transport.attempts()) {
        throw Transport.unreachable(first, failure.get(), attempt);
      }
      transport.pause(attempt, Optional.empty());
    }
  }

  private Optional<IOException> answers(URI candidate) {
    HttpRequest ping =
        HttpRequest.newBuilder(candidate.resolve("/v2/")).timeout(Duration.ofSeconds(10)).build();
    try {
      HttpResponse<InputStream> response = transport.sendOnce(ping);
      close(response);
      // What a server with TLS answers to plain HTTP.
      return response.statusCode() == 400
          ? Optional.of(new IOException("it answered 400"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }
}
