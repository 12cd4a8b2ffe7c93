package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.network.MavenSettings;
import ai.opencode.sandbox.oci.Reference;
import java.util.Optional;
import java.util.function.Supplier;

/** The servers in Maven's settings whose id is a registry's host with its port. */
public final class MavenServers implements CredentialSource {

  private final Supplier<MavenSettings> settings;

  /**
   * Creates a source.
   *
   * @param settings the settings, which are read when a registry first asks for credentials
   */
  public MavenServers(Supplier<MavenSettings> settings) {
    this.settings = new Once<>(settings);
  }

  @Override
  public Optional<Credentials> find(Reference image) {
    Optional<MavenSettings.Server> server = settings.get().server(image.registry());
    if (server.isPresent() && server.get().isEncrypted()) {
      throw new AuthenticationException(
          "The password of "
              + server.get()
              + " is encrypted, which only Maven itself can read. Write ${env.NAME} there, set"
              + " SANDBOX_REGISTRY_USERNAME and SANDBOX_REGISTRY_PASSWORD, or log in with \"docker"
              + " login "
              + image.registry()
              + "\".");
    }
    return server.map(
        found -> new Credentials(found.username(), found.password(), found.toString()));
  }

  @Override
  public String description() {
    return "the servers of Maven's settings.xml";
  }
}
