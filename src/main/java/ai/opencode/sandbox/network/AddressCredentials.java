package ai.opencode.sandbox.network;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.Optional;

/**
 * A user and password for all addresses that begin with a prefix. They are sent only to the scheme,
 * host and port of the prefix. When a user writes them in an address, they are removed from it as
 * soon as it is read, because addresses are shown in messages and images.
 *
 * @param prefix the common beginning of the addresses, without user and password
 * @param user the user name, decoded
 * @param password the password, decoded
 */
@Api
public record AddressCredentials(URI prefix, String user, String password) {

  /**
   * An address and the credentials removed from it.
   *
   * @param address the given address without user and password; a local directory is unchanged
   * @param credentials the user and password, if the address had them
   */
  public record Separated(String address, Optional<AddressCredentials> credentials) {}

  /**
   * Removes user and password from an address such as {@code https://user:password@host/directory},
   * in which both are percent-encoded.
   *
   * @throws UsageException if the address contains credentials in an unreadable form
   */
  public static Separated separate(String address) {
    int scheme = address.indexOf("://");
    int slash = scheme < 0 ? -1 : address.indexOf('/', scheme + 3);
    int at = address.lastIndexOf('@', slash < 0 ? address.length() : slash);
    if (scheme < 0 || at < scheme) {
      return new Separated(address, Optional.empty());
    }
    String[] pair = address.substring(scheme + 3, at).split(":", 2);
    String rest = address.substring(0, scheme + 3) + address.substring(at + 1);
    try {
      AddressCredentials credentials =
          new AddressCredentials(
              new URI(rest),
              HttpProxy.decoded(pair[0]),
              pair.length < 2 ? "" : HttpProxy.decoded(pair[1]));
      return new Separated(rest, Optional.of(credentials));
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new UsageException(
          "The user and password before "
              + rest
              + " are not correctly percent-encoded. Write %40 for @, %3A for :, %2F for / and %25"
              + " for %.");
    }
  }

  /** Returns whether the credentials may be sent to an address. */
  boolean cover(URI address) {
    String below = Objects.requireNonNullElse(prefix.getRawPath(), "").replaceFirst("/$", "");
    return Objects.equals(prefix.getScheme(), address.getScheme())
        && String.valueOf(prefix.getHost()).equalsIgnoreCase(address.getHost())
        && prefix.getPort() == address.getPort()
        && (address.getRawPath() + "/").startsWith(below + "/")
        && !address.normalize().getRawPath().contains("..");
  }

  String authorization() {
    return HttpProxy.basic(user, password);
  }

  /** Returns a text without the password. */
  @Override
  public String toString() {
    return "user " + user + " for " + prefix;
  }
}
