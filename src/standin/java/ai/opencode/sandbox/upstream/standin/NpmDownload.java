package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.Retrieval;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The download of pinned tarballs from the npm registry. */
final class NpmDownload {

  private static final int ATTEMPTS = 3;
  private static final long MAX_BYTES = 512L << 20;

  private final Supplier<URI> registry;
  private final Retrieval retrieval;

  /**
   * Creates a download.
   *
   * @param registry the address of the npm registry, which is looked up only for a download,
   *     because that may take time
   */
  NpmDownload(Supplier<URI> registry, Network network) {
    this.registry = registry;
    this.retrieval = new Retrieval(network);
  }

  /**
   * Fetches a tarball and checks its integrity.
   *
   * @throws NetworkException if the registry does not answer
   * @throws VerificationException if the registry has another tarball under that name
   */
  Path fetch(NpmPin pin, Path directory) throws IOException {
    String base = registry.get().toString();
    URI address =
        ServerAddress.read(
                (base.endsWith("/") ? base : base + "/") + pin.name() + "/-/" + pin.fileName())
            .orElseThrow(
                () ->
                    new NetworkException(
                        "The npm registry \""
                            + ServerAddress.shown(base)
                            + "\" is not a valid address. Configure another one."));
    Path target = directory.resolve(pin.fileName());
    for (int attempt = 1; ; attempt++) {
      try {
        transfer(address, pin, target);
        return target;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw new NetworkException(
              "Cannot fetch "
                  + pin.fileName()
                  + " from "
                  + address.getHost()
                  + " ("
                  + Network.reason(e)
                  + "). Check the configured npm registry.",
              e);
        }
      }
    }
  }

  private void transfer(URI address, NpmPin pin, Path target) throws IOException {
    HttpResponse<InputStream> response = retrieval.get(address, at -> Optional.empty(), Map.of());
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw new IOException("status " + response.statusCode());
      }
      MessageDigest sha512 = sha512();
      try (InputStream hashed = new DigestInputStream(body, sha512);
          OutputStream out = Files.newOutputStream(target)) {
        byte[] buffer = new byte[1 << 16];
        long count = 0;
        for (int read = hashed.read(buffer); read >= 0; read = hashed.read(buffer)) {
          count += read;
          if (count > MAX_BYTES) {
            throw new VerificationException(
                pin.fileName()
                    + " is larger than the allowed "
                    + MAX_BYTES
                    + " bytes. Use another npm registry.");
          }
          out.write(buffer, 0, read);
        }
      }
      String integrity = "sha512-" + Base64.getEncoder().encodeToString(sha512.digest());
      if (!integrity.equals(pin.integrity())) {
        throw new VerificationException(
            address.getHost()
                + " has another "
                + pin.fileName()
                + " than the pinned one ("
                + integrity
                + " instead of "
                + pin.integrity()
                + ")");
      }
    }
  }

  private static MessageDigest sha512() {
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-512", e);
    }
  }
}
