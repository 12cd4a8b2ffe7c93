package ai.opencode.sandbox;

import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;

/**
 * The source of the images under test for the engine: the OCI layout of {@code mvn package}, served
 * on loopback, or with {@code -Dsandbox.contract.registry=HOST/NAMESPACE} a registry. Images of the
 * layout are removed from the engine at the end.
 */
final class ContractImages implements AutoCloseable {

  private final @Nullable EmbeddedRegistry server;
  private final String prefix;
  private final Set<String> pulled = ConcurrentHashMap.newKeySet();

  private ContractImages(@Nullable EmbeddedRegistry server, String prefix) {
    this.server = server;
    this.prefix = prefix;
  }

  static ContractImages open() throws IOException {
    String registry = System.getProperty("sandbox.contract.registry", "");
    if (!registry.isEmpty()) {
      return new ContractImages(null, registry);
    }
    EmbeddedRegistry server = EmbeddedRegistry.serve(layout(), 0);
    return new ContractImages(server, server.address());
  }

  /** The layout of this build. */
  static OciLayout layout() {
    return new OciLayout(
        Path.of(System.getProperty("sandbox.contract.layout", "target/images")).toAbsolutePath());
  }

  String reference(String image) {
    String reference = prefix + "/" + image + ":latest";
    pulled.add(reference);
    return reference;
  }

  @Override
  public void close() throws IOException {
    if (server == null) {
      return;
    }
    server.close();
    DockerClient engine = DockerClientFactory.lazyClient();
    for (String reference : pulled) {
      try {
        engine.removeImageCmd(reference).withForce(true).exec();
      } catch (NotFoundException e) {
        // The pull failed, and so the test has failed already.
      }
    }
  }
}
