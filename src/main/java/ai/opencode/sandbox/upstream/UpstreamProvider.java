package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * The maker of an upstream on this machine, which is found with {@link java.util.ServiceLoader}.
 * The program includes one; an embedding program has it if its artifact is on the class path.
 */
public interface UpstreamProvider {

  /** Returns the kind of upstream that this provider makes. */
  UpstreamKind kind();

  /**
   * Makes the upstream, or finds the one made before.
   *
   * @param wishes the platform, and the means to make the upstream with
   * @param progress receives each longer step
   * @throws ai.opencode.sandbox.failure.UsageException if this machine cannot make the upstream
   * @throws ai.opencode.sandbox.failure.NetworkException if its sources cannot be reached
   * @throws ai.opencode.sandbox.failure.VerificationException if a source fails its verification
   */
  Upstream prepare(Wishes wishes, Progress progress) throws IOException;

  /**
   * The platform of an upstream, and the means to make it with.
   *
   * @param cache the directory that builds share
   * @param platform the platform
   * @param npmRegistry the address of the npm registry, called for only when a package is fetched
   * @param network the access to servers
   * @param offline whether fetching is forbidden
   */
  record Wishes(
      Path cache, Platform platform, Supplier<URI> npmRegistry, Network network, boolean offline) {}
}
