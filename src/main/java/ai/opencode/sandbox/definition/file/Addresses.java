package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The reading of addresses of servers. Users, passwords and queries are refused, because the file
 * is shared; messages about them repeat nothing of the address.
 */
final class Addresses {

  /** A digest, also a malformed one, which is no user or password. */
  private static final Pattern DIGEST = Pattern.compile("@(?:sha[0-9]+:[^/@:]*|md5:[^/@:]*|)$");

  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");
  private static final String HTTP = "Write it like https://apk.acme.example/v1.";

  private final Surroundings surroundings;
  private final Mistakes mistakes;

  Addresses(Surroundings surroundings, Mistakes mistakes) {
    this.surroundings = surroundings;
    this.mistakes = mistakes;
  }

  /** Reads an address of HTTP. */
  Optional<String> address(Placed<String> text) {
    if (hasSecret(text, ".netrc")) {
      return Optional.empty();
    }
    Optional<URI> address = ServerAddress.read(text.value());
    if (address.isEmpty()) {
      mistakes.add(text.place(), Shown.of(text.value()) + " is not an address. " + HTTP);
      return Optional.empty();
    }
    if (address.get().getRawQuery() != null) {
      mistakes.add(
          text.place(), "The address has a query, which may be a secret. Delete it from the ? on.");
      return Optional.empty();
    }
    return Optional.of(text.value());
  }

  /** Reads an address of HTTP, or the path of a directory beside the file. */
  Optional<String> addressOrDirectory(Placed<String> text) {
    if (SCHEME.matcher(text.value()).matches()) {
      return address(text);
    }
    if (hasSecret(text, ".netrc")) {
      return Optional.empty();
    }
    int slash = text.value().indexOf('/');
    String host = slash < 0 ? text.value() : text.value().substring(0, slash);
    if (host.matches("[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+") && !surroundings.exists(text.value())) {
      mistakes.add(
          text.place(),
          Shown.of(text.value())
              + " is not a directory beside this file. Begin an address with https://.");
      return Optional.empty();
    }
    return surroundings.repositories(text).map(path -> path.toString());
  }

  /** Reads the base image, which has a digest. */
  Optional<Reference> base(Placed<String> text) {
    Optional<Reference> reference = reference(text);
    if (reference.isPresent() && reference.get().pinned().isEmpty()) {
      mistakes.add(
          text.place(),
          Shown.of(text.value())
              + " has no digest, so its content may change. Write it with one:"
              + " docker.io/library/alpine:3.24@sha256:….");
      return Optional.empty();
    }
    return reference;
  }

  /** Reads a registry with a namespace, such as {@code registry.acme.example/sandboxes}. */
  Optional<String> namespace(Placed<String> text) {
    if (hasSecret(text, "docker login")) {
      return Optional.empty();
    }
    String namespace = text.value().replaceFirst("/$", "");
    try {
      Reference image = Reference.of(namespace + "/image");
      if (namespace.equals(image.registry()) || namespace.startsWith(image.registry() + "/")) {
        return Optional.of(namespace);
      }
    } catch (UsageException e) {
      // The exception's message is about an image, so the one below replaces it.
    }
    mistakes.add(
        text.place(),
        Shown.of(text.value())
            + " is not a registry. Write its host and a namespace, such as"
            + " registry.acme.example/sandboxes.");
    return Optional.empty();
  }

  private Optional<Reference> reference(Placed<String> text) {
    if (hasSecret(text, "docker login")) {
      return Optional.empty();
    }
    String lower = text.value().toLowerCase(Locale.ROOT);
    if (lower.startsWith("https://") || lower.startsWith("http://") || lower.startsWith("oci:")) {
      mistakes.add(
          text.place(),
          Shown.of(text.value())
              + " begins with "
              + lower.substring(0, lower.indexOf(':') + 1)
              + ". Begin it with the registry's host.");
      return Optional.empty();
    }
    try {
      return Optional.of(Reference.of(text.value()));
    } catch (UsageException e) {
      mistakes.add(
          text.place(),
          Shown.of(text.value())
              + " is not the name of an image. Write host, path and digest in lower case.");
      return Optional.empty();
    }
  }

  /** Reports a user or password in an address, without its text. */
  private boolean hasSecret(Placed<String> text, String remedy) {
    boolean secret = DIGEST.matcher(text.value()).replaceFirst("").contains("@");
    if (secret) {
      mistakes.add(
          text.place(),
          "The address has a user or a password in it. Delete these, and give them "
              + (remedy.startsWith(".") ? "in " + remedy : "to " + remedy)
              + ".");
    }
    return secret;
  }
}
