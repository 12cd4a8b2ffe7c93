package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.network.MavenSettings;
import ai.opencode.sandbox.network.NetworkSettings;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where credentials may be found. Asked only when a registry wants some. */
@Api
public interface CredentialSource {

  /** Looks for the credentials for an image's registry. */
  Optional<Credentials> find(Reference image);

  /** Where this looks, in words for messages. */
  String description();

  /** Credentials that somebody gave. */
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

  /** Credentials that somebody gave for one registry; no other is told. */
  static CredentialSource of(Credentials credentials, String registry) {
    return new CredentialSource() {
      @Override
      public Optional<Credentials> find(Reference image) {
        return image.registry().equals(registry) ? Optional.of(credentials) : Optional.empty();
      }

      @Override
      public String description() {
        return credentials.source();
      }
    };
  }

  /** Maven's settings, then Docker's variable, and its and Podman's files and helpers. */
  static CredentialSource machine() {
    return firstOf(
        List.of(
            new MavenServers(() -> MavenSettings.of(NetworkSettings.properties(), System.getenv())),
            AuthVariable.of(System.getenv()),
            AuthFiles.of(System.getenv(), System.getProperty("user.home", ""))));
  }

  /** The first of several that knows the registry. */
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
