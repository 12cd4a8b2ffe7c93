package ai.opencode.sandbox.apk;

import org.jspecify.annotations.Nullable;

/**
 * An additional name that an Alpine package provides, so that dependencies on the name are
 * satisfied by the package.
 *
 * @param name the provided name
 * @param version the version of the provided name; null for a name without a version, which several
 *     selected packages may provide
 */
public record Provide(String name, @Nullable ApkVersion version) {

  /** Parses {@code name} or {@code name=version}. */
  public static Provide of(String text) {
    int equals = text.indexOf('=');
    return equals < 0
        ? new Provide(text, null)
        : new Provide(text.substring(0, equals), ApkVersion.of(text.substring(equals + 1)));
  }

  @Override
  public String toString() {
    return version == null ? name : name + "=" + version;
  }
}
