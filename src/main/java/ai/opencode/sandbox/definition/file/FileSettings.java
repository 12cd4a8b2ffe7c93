package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The settings of a file, which count where neither an option nor a property or variable is given.
 *
 * @param base the base image, pinned by digest
 * @param repositories repositories with a tag, {@code @acme https://apk.acme.example/v1}
 * @param keys files with public keys that sign repositories
 * @param platforms the platforms of each image; empty for this machine's
 * @param registry the registry with a namespace in which images are published
 * @param authorities PEM files with certificates that are trusted
 */
public record FileSettings(
    Optional<Reference> base,
    List<String> repositories,
    List<Path> keys,
    List<Platform> platforms,
    Optional<String> registry,
    Mirrors mirrors,
    List<Path> authorities) {

  public FileSettings {
    repositories = List.copyOf(repositories);
    keys = List.copyOf(keys);
    platforms = List.copyOf(platforms);
    authorities = List.copyOf(authorities);
  }

  /** Returns the settings of no file. */
  public static FileSettings none() {
    return new FileSettings(
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        Mirrors.none(),
        List.of());
  }
}
