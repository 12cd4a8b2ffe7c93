package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Provide;
import ai.opencode.sandbox.apk.Repository;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One build of a package, wherever it is to be had. */
final class Candidate {

  private final ApkPackage pkg;
  private final List<Repository> repositories = new ArrayList<>();
  private final Map<String, @Nullable ApkVersion> names = new HashMap<>();
  private final int order;
  private boolean installed;
  private boolean preferred;

  Candidate(ApkPackage pkg, int order) {
    this.pkg = pkg;
    this.order = order;
    for (Provide provide : pkg.provides()) {
      names.putIfAbsent(provide.name(), provide.version());
    }
    names.put(pkg.name(), pkg.version());
  }

  void isIn(Repository repository) {
    repositories.add(repository);
  }

  void markInstalled() {
    installed = true;
  }

  void markPreferred() {
    preferred = true;
  }

  ApkPackage pkg() {
    return pkg;
  }

  /** Whether it is kept where nothing speaks against it. */
  boolean isKept() {
    return installed || preferred;
  }

  /** Position in the repositories, read one after the other. */
  int order() {
    return order;
  }

  boolean untagged() {
    return isKept() || repositories.stream().anyMatch(repository -> repository.tag() == null);
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
    return names.get(name);
  }

  /** All the names that it answers to. */
  Set<String> names() {
    return names.keySet();
  }

  boolean answersTo(String name) {
    return names.containsKey(name);
  }

  /** Whether both answer to a name that only one package may have. */
  boolean clashesWith(Candidate other) {
    if (other == this) {
      return false;
    }
    Map<String, @Nullable ApkVersion> fewer =
        names.size() < other.names.size() ? names : other.names;
    for (String name : fewer.keySet()) {
      if (answersTo(name)
          && other.answersTo(name)
          && (versionAs(name) != null || other.versionAs(name) != null)) {
        return true;
      }
    }
    return false;
  }
}
