package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Reference;
import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.registry.credentials.DockerConfigCredentialRetriever;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The files in which Docker and Podman store credentials or name credential helpers. Jib reads the
 * files, but searches only {@code ~/.docker}; this class adds the other places. It does not use
 * Jib's factory of retrievers, which cannot be loaded without Google's library for OAuth.
 */
public final class AuthFiles implements CredentialSource {

  private final List<Path> files;

  private AuthFiles(List<Path> files) {
    this.files = List.copyOf(files);
  }

  public static AuthFiles of(Map<String, String> environment, String home) {
    List<Path> files = new ArrayList<>();
    add(files, environment.get("REGISTRY_AUTH_FILE"), "");
    String docker = environment.get("DOCKER_CONFIG");
    add(
        files,
        docker == null ? home : docker,
        docker == null ? ".docker/config.json" : "config.json");
    add(files, environment.get("XDG_RUNTIME_DIR"), "containers/auth.json");
    add(files, home, ".config/containers/auth.json");
    return new AuthFiles(files);
  }

  private static void add(
      List<Path> files, @org.jspecify.annotations.Nullable String directory, String name) {
    if (directory != null && !directory.isEmpty()) {
      files.add(Path.of(directory, name));
    }
  }

  @Override
  public Optional<Credentials> find(Reference image) {
    ImageReference jibs = ImageReference.of(image.registry(), image.repository(), image.selector());
    for (Path file : files) {
      if (Files.isReadable(file)) {
        Optional<Credentials> found = find(jibs, file);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Credentials> find(ImageReference image, Path file) {
    try {
      Optional<Credential> found =
          DockerConfigCredentialRetriever.create(image.getRegistry(), file).retrieve(event -> {});
      return found.isPresent()
          ? found.map(
              credential ->
                  new Credentials(
                      credential.getUsername(), credential.getPassword(), file.toString()))
          : plain(image.getRegistry(), file);
    } catch (IndexOutOfBoundsException e) {
      return plain(
          image.getRegistry(), file); // Jib reads every "auth" as a pair, even an empty one.
    } catch (IOException e) {
      throw new AuthenticationException(
          "The credentials for "
              + image.getRegistry()
              + " cannot be read with "
              + file
              + ": "
              + e.getMessage()
              + ". Log in again, or remove the entry.",
          e);
    }
  }

  /**
   * Finds an entry with {@code username} and {@code password}, which Docker supports and Jib does
   * not.
   */
  private static Optional<Credentials> plain(String registry, Path file) {
    try {
      return AuthEntries.of(Files.readAllBytes(file), file.toString()).find(registry);
    } catch (IOException | VerificationException | IllegalArgumentException e) {
      // The content is secret, and a parser's message may repeat it.
      throw new AuthenticationException(
          "The credentials for "
              + registry
              + " cannot be read with "
              + file
              + ". Log in again, or remove the entry.");
    }
  }

  @Override
  public String description() {
    return files.stream().map(Path::toString).collect(Collectors.joining(", "));
  }
}
