package ai.opencode.sandbox.build;

import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.npm.ANpmTarball;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Builds an npm project that asks for a few packages, with the lock that fits. */
final class AnNpmProject {

  private record Entry(ANpmTarball tarball, boolean optional, String fields) {}

  private final List<Entry> entries = new ArrayList<>();

  private AnNpmProject() {}

  /** Asks for these packages. */
  static AnNpmProject of(ANpmTarball... tarballs) {
    AnNpmProject project = new AnNpmProject();
    for (ANpmTarball each : tarballs) {
      project.entries.add(new Entry(each, false, ""));
    }
    return project;
  }

  /**
   * Asks for one that not every platform has.
   *
   * @param field of its entry in the lock, as it is in a JSON object
   */
  AnNpmProject withOptional(ANpmTarball tarball, String field) {
    entries.add(new Entry(tarball, true, ", \"optional\": true, " + field));
    return this;
  }

  /**
   * Asks for one with further fields.
   *
   * @param fields of its entry in the lock, as they are in a JSON object
   */
  AnNpmProject with(ANpmTarball tarball, String fields) {
    entries.add(new Entry(tarball, false, ", " + fields));
    return this;
  }

  NpmProject build() {
    return new NpmProject(asked(), lock());
  }

  /** With the lock of a project that asks for other versions. */
  NpmProject withAnothersLock() {
    return new NpmProject(asked().replace("1.0.0", "2.0.0"), lock());
  }

  private String asked() {
    return "{\"name\": \"p\", \"version\": \"0.0.1\", \"dependencies\": {"
        + names(false)
        + "}, \"optionalDependencies\": {"
        + names(true)
        + "}}";
  }

  private String names(boolean optional) {
    return entries.stream()
        .filter(each -> each.optional == optional)
        .map(each -> "\"" + each.tarball.name() + "\": \"" + each.tarball.version() + "\"")
        .collect(Collectors.joining(", "));
  }

  private String lock() {
    String packages =
        entries.stream()
            .map(
                each ->
                    ", \"node_modules/%s\": {\"version\": \"%s\", \"integrity\": \"%s\"%s}"
                        .formatted(
                            each.tarball.name(),
                            each.tarball.version(),
                            each.tarball.integrity(),
                            each.fields))
            .collect(Collectors.joining());
    return "{\"name\": \"p\", \"version\": \"0.0.1\", \"lockfileVersion\": 3, \"packages\": {\"\": "
        + asked()
        + packages
        + "}}";
  }
}
