package ai.opencode.sandbox.upstream.archive;

import ai.opencode.sandbox.apk.RepositoryLocation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The copies of repositories in an archive, whose directories are numbered in their order. */
final class RepositoryCopies {

  private final Map<RepositoryLocation, RepositoryCopy> copies = new LinkedHashMap<>();

  /**
   * Returns the copies in an archive.
   *
   * @param locations the repositories in the archive's order
   */
  static RepositoryCopies of(List<RepositoryLocation> locations) {
    RepositoryCopies copies = new RepositoryCopies();
    for (int i = 0; i < locations.size(); i++) {
      RepositoryLocation location = locations.get(i);
      // A repository that is listed twice has its copy in the first directory.
      copies.copies.putIfAbsent(location, copy(location, i + 1));
    }
    return copies;
  }

  /** Returns the copy of a repository, which is added if there is none. */
  synchronized RepositoryCopy add(RepositoryLocation location) {
    return copies.computeIfAbsent(location, added -> copy(added, copies.size() + 1));
  }

  synchronized Optional<RepositoryCopy> find(RepositoryLocation location) {
    return Optional.ofNullable(copies.get(location));
  }

  /** Returns the repositories in their order. */
  synchronized List<RepositoryLocation> locations() {
    return List.copyOf(copies.keySet());
  }

  private static RepositoryCopy copy(RepositoryLocation location, int number) {
    return new RepositoryCopy(location, "repository-" + number);
  }
}
