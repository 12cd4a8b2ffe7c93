package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.network.Network;
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

/** The address of a registry, and the check of other addresses that it names. */
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

  /** Returns the host with its port. */
  String authority() {
    return authority;
  }

  /** Returns the address of a path in the image's repository. */
  URI of(String path) {
    return base().resolve("/v2/" + image.repository() + path);
  }

  /**
   * Returns whether credentials may be sent to an address: only to the registry, with at least the
   * same protection.
   */
  boolean isRegistry(URI uri) {
    return isHost(uri) && String.valueOf(base().getScheme()).equalsIgnoreCase(uri.getScheme());
  }

  /** Returns the address for an upload from the registry's response. */
  URI location(HttpResponse<?> response) {
    String text = Transport.header(response, "Location");
    if (text == null) {
      throw new NetworkException(
          authority
              + " started an upload, but did not tell its address (header Location). Try again later, or use another registry.");
    }
    URI location = resolved(base(), text);
    if (isHost(location) && "https".equals(base().getScheme())) {
      // A registry behind a proxy may not know that its clients use HTTPS.
      return ServerAddress.overHttps(location);
    }
    return allowed(location);
  }

  /** Returns the address to which a response redirects. */
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
                        + " redirects to an invalid address (header Location). Try again later, or"
                        + " name another registry."));
  }

  private boolean isHost(URI uri) {
    return authority.equalsIgnoreCase(uri.getAuthority());
  }

  private URI allowed(URI uri) {
    if (!access.mayLeadTo(image, uri)) {
      throw new NetworkException(
          authority
              + " redirects to "
              + uri.getScheme()
              + "://"
              + uri.getAuthority()
              + ", which is not HTTPS or is on this machine. If you trust the network, add that"
              + " host to the insecure registries.");
    }
    return uri;
  }

  /** Returns HTTPS, or plain HTTP if it is allowed and HTTPS does not work. */
  private synchronized URI base() {
    if (base == null) {
      URI https = URI.create("https://" + authority);
      base =
          access.allowsPlainHttp(authority)
              ? transport.address(authority, () -> probe(https))
              : https;
    }
    return base;
  }

  private URI probe(URI https) {
    URI http = URI.create("http://" + authority);
    // Loopback cannot be intercepted, and most registries there have no TLS, so plain HTTP is tried
    // first.
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
            Optional<IOException> other = answers(second);
            if (other.isEmpty()) {
              return second;
            }
            // A server with a certificate wants HTTPS, whatever it answers to plain HTTP.
            IOException overHttps = (loopback ? other : failure).get();
            if (Network.isUntrusted(overHttps)) {
              throw Transport.unreachable(https, overHttps, 1);
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
      // A server with TLS answers 400 to plain HTTP.
      return response.statusCode() == 400
          ? Optional.of(new IOException("it answered 400"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }
}
