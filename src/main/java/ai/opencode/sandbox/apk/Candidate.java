package ai.opencode.sandbox.apk;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One build of a package, wherever it is to be had. */
final class Candidate {

  private final ApkPackage pkg;
  private final List<Repository> repositories = new ArrayList<>();
  private final int order;
  private boolean installed;

  Candidate(ApkPackage pkg, int order) {
    this.pkg = pkg;
    this.order = order;
  }

  void isIn(Repository repository) {
    repositories.add(repository);
  }

  void markInstalled() {
    installed = true;
  }

  ApkPackage pkg() {
    return pkg;
  }

  boolean installed() {
    return installed;
  }

  /** Position in the repositories, read one after the other. */
  int order() {
    return order;
  }

  boolean untagged() {
    return installed || repositories.stream().anyMatch(repository -> repository.tag() == null);
  }

  boolean tagged(@Nullable String tag) {
    return repositories.stream().anyMatch(r -> r.tag() != null && r.tag().equals(tag));
  }

  /** Where to fetch it from; null where it is installed. */
  @Nullable Repository source() {
    if (installed || repositories.isEmpty()) {
      return null;
    }
    return repositories.get(0);
  }

  /** The version under which it answers to a name; null for a provide without version. */
  @Nullable ApkVersion versionAs(String name) {
    if (pkg.name().equals(name)) {
      return pkg.version();
    }
    for (Provide provide : pkg.provides()) {
      if (provide.name().equals(name)) {
        return provide.version();
      }
    }
    return null;
  }

  boolean answersTo(String name) {
    return pkg.name().equals(name) || pkg.provides().stream().anyMatch(p -> p.name().equals(name));
  }
}
