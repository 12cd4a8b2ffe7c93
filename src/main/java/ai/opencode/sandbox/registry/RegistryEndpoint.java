package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.network.PassingFailure;
import ai.opencode.sandbox.oci.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The address of a registry, and the other addresses to which it may send us. */
final class RegistryEndpoint {

  private final RegistryAccess access;
  private final Transport transport;
  private final Reference image;
  private final String authority;
  private @Nullable URI base;

  RegistryEndpoint(RegistryAccess access, Transport transport, Reference image) {
    this.access = access;
    this.transport = transport;
    this.image = image;
    this.authority =
        image.registry().equals("docker.io") ? "registry-1.docker.io" : image.registry();
  }

  /** The host, with its port. */
  String authority() {
    return authority;
  }

  /** The address of something in the image's repository. */
  URI of(String path) {
    return base().resolve("/v2/" + image.repository() + path);
  }

  /** Whether an address may be given credentials: the registry's, no less well protected. */
  boolean isRegistry(URI uri) {
    return isHost(uri) && String.valueOf(base().getScheme()).equalsIgnoreCase(uri.getScheme());
  }

  /** The address to which content is to be sent, as the registry says. */
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

  /** The address to which an answer redirects. */
  URI redirection(URI from, HttpResponse<?> response) {
    String text = Transport.header(response, "Location");
    return allowed(resolved(from, text == null ? "" : text));
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

  /** HTTPS, or plain HTTP where that is allowed and nothing else works. */
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
    try {
      return transport.repeat(
          first,
          number -> {
            Optional<IOException> failure = answers(first);
            if (failure.isEmpty()) {
              return first;
            }
            if (answers(second).isEmpty()) {
              return second;
            }
            throw new PassingFailure(failure.get());
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<IOException> answers(URI candidate) {
    HttpRequest ping =
        HttpRequest.newBuilder(candidate.resolve("/v2/")).timeout(Duration.ofSeconds(10)).build();
    try {
      HttpResponse<InputStream> response = transport.sendOnce(ping);
      Transport.close(response);
      // What a server with TLS answers to plain HTTP.
      return response.statusCode() == 400
          ? Optional.of(new IOException("it answered 400"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }
}
