package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An upstream that is generated on this machine. The program contains one; the library finds it
 * with {@link java.util.ServiceLoader} if its artifact is on the class path.
 */
public interface UpstreamProvider {

  /** Returns the kind of upstream that it generates. */
  UpstreamKind kind();

  /**
   * Generates the upstream, or finds a generated one.
   *
   * @param wishes the platform and settings
   * @param events receives a sentence about each longer step
   * @throws ai.opencode.sandbox.failure.UsageException if this machine cannot generate it
   * @throws ai.opencode.sandbox.failure.NetworkException if its sources cannot be reached
   * @throws ai.opencode.sandbox.failure.VerificationException if a source does not match its
   *     checksum
   */
  Upstream prepare(Wishes wishes, Consumer<String> events) throws IOException;

  /**
   * The settings for generating an upstream.
   *
   * @param cache directory that builds share
   * @param npmRegistry address of the npm registry; evaluated only for a download
   * @param offline whether downloads are forbidden
   */
  record Wishes(
      Path cache, Platform platform, Supplier<URI> npmRegistry, Network network, boolean offline) {}
}
