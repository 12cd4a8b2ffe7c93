package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An upstream that is made on this machine. The program brings one, the library finds it with
 * {@link java.util.ServiceLoader} where its artifact is on the class path.
 */
public interface UpstreamProvider {

  /** The kind of upstream that it makes. */
  UpstreamKind kind();

  /**
   * Makes the upstream, or finds the one that was made before.
   *
   * @param wishes what to make it for and with
   * @param events receives a sentence about each longer step
   * @throws ai.opencode.sandbox.failure.UsageException where this machine cannot make it
   * @throws ai.opencode.sandbox.failure.NetworkException where its sources cannot be reached
   * @throws ai.opencode.sandbox.failure.VerificationException where a source is not what was
   *     promised
   */
  Upstream prepare(Wishes wishes, Consumer<String> events) throws IOException;

  /**
   * What an upstream is made for and with.
   *
   * @param cache directory that builds share
   * @param npmRegistry address of the npm registry; asked only when something has to be fetched
   * @param offline whether nothing may be fetched
   */
  record Wishes(
      Path cache, Platform platform, Supplier<URI> npmRegistry, Network network, boolean offline) {}
}
