package ai.opencode.sandbox.upstream.archive;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The copies of repositories in an archive, whose directories are numbered in their order. */
final class RepositoryCopies {

  private final Map<String, RepositoryCopy> copies = new LinkedHashMap<>();

  /**
   * Returns the copies in an archive.
   *
   * @param addresses the addresses in the archive's order
   */
  static RepositoryCopies of(List<String> addresses) {
    RepositoryCopies copies = new RepositoryCopies();
    for (int i = 0; i < addresses.size(); i++) {
      String address = addresses.get(i);
      // A repository that is listed twice has its copy in the first directory.
      copies.copies.putIfAbsent(address, copy(address, i + 1));
    }
    return copies;
  }

  /** Returns the copy of a repository, which is added if there is none. */
  synchronized RepositoryCopy add(String address) {
    return copies.computeIfAbsent(address, added -> copy(added, copies.size() + 1));
  }

  synchronized Optional<RepositoryCopy> find(String address) {
    return Optional.ofNullable(copies.get(address));
  }

  /** Returns the addresses of the repositories in their order. */
  synchronized List<String> addresses() {
    return List.copyOf(copies.keySet());
  }

  private static RepositoryCopy copy(String address, int number) {
    return new RepositoryCopy(address, "repository-" + number);
  }
}
