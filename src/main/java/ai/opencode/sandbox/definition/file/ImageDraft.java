package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.definition.ExposedPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An image as the file describes it, before its parent is known.
 *
 * @param name the key below {@code images}
 * @param from the name of the parent
 * @param packages requests for {@code /etc/apk/world}
 * @param without names of packages that the parents ask for
 * @param npm the directory of an npm project
 * @param entrypoint the program that runs the command; empty for the parent's
 * @param command the default command; empty for the parent's
 */
record ImageDraft(
    Placed<String> name,
    Optional<Placed<String>> from,
    Optional<Placed<String>> description,
    List<Placed<Dependency>> packages,
    List<Placed<String>> without,
    Optional<Placed<Path>> npm,
    List<Copy> files,
    List<Assignment> environment,
    Optional<Placed<String>> workingDirectory,
    Optional<Placed<List<String>>> entrypoint,
    Optional<Placed<List<String>>> command,
    Optional<Placed<Owner>> user,
    List<Placed<ExposedPort>> ports,
    List<Assignment> labels,
    List<Writable> writable) {

  /**
   * A file or directory of the host that becomes part of the image.
   *
   * @param path the absolute path in the image
   * @param source the file, or the directory whose content is copied
   * @param mode the permissions of the file or of each file; null for the standard ones
   * @param owner the owner; null for root
   */
  record Copy(
      Place place,
      String path,
      Path source,
      boolean isDirectory,
      @Nullable Integer mode,
      @Nullable Owner owner) {}

  /** A name and its value. */
  record Assignment(Placed<String> name, Placed<String> value) {}

  /** A user and a group by their numbers. */
  record Owner(int uid, int gid) {}

  /** A path that is writable in containers, with the size of its memory. */
  record Writable(Place place, String path, long bytes) {}
}
