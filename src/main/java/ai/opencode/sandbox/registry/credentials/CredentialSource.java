package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.network.MavenSettings;
import ai.opencode.sandbox.network.NetworkSettings;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A source of credentials, which is consulted only when a registry demands some. */
@Api
public interface CredentialSource {

  /** Finds the credentials for an image's registry. */
  Optional<Credentials> find(Reference image);

  /** Returns the name of the source, for messages. */
  String description();

  /** Returns a source with given credentials. */
  static CredentialSource of(Credentials credentials) {
    return new CredentialSource() {
      @Override
      public Optional<Credentials> find(Reference image) {
        return Optional.of(credentials);
      }

      @Override
      public String description() {
        return credentials.source();
      }
    };
  }

  /** Returns a source with given credentials for one registry; no other registry receives them. */
  static CredentialSource of(Credentials credentials, String registry) {
    return new CredentialSource() {
      @Override
      public Optional<Credentials> find(Reference image) {
        return image.registry().equals(registry) ? Optional.of(credentials) : Optional.empty();
      }

      @Override
      public String description() {
        return credentials.source() + " (for " + registry + " only)";
      }
    };
  }

  /**
   * Returns this machine's sources: Maven's settings, Docker's variable, then the files and helpers
   * of Docker and Podman.
   */
  static CredentialSource machine() {
    return firstOf(
        List.of(
            new MavenServers(() -> MavenSettings.of(NetworkSettings.properties(), System.getenv())),
            AuthVariable.of(System.getenv()),
            AuthFiles.of(System.getenv(), System.getProperty("user.home", ""))));
  }

  /** Returns a source that uses the first of several with credentials for the registry. */
  static CredentialSource firstOf(List<CredentialSource> sources) {
    List<CredentialSource> all = List.copyOf(sources);
    return new CredentialSource() {
      @Override
      public Optional<Credentials> find(Reference image) {
        return all.stream().flatMap(source -> source.find(image).stream()).findFirst();
      }

      @Override
      public String description() {
        return all.stream().map(CredentialSource::description).collect(Collectors.joining(", "));
      }
    };
  }
}
