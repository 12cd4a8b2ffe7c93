package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.VerificationException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A package in the object {@code packages} of an npm lock file ({@code package-lock.json}).
 *
 * @param installPath the path of the package's directory, such as {@code
 *     node_modules/a/node_modules/b}
 * @param published the package's name and version in the registry, and the lock's facts about the
 *     tarball
 * @param bin the paths of the package's programs by command name, sorted
 */
public record LockedNpmPackage(
    InstallPath installPath,
    Published published,
    SortedMap<String, String> bin,
    Requirements requirements,
    Set<Trait> traits) {

  /** The flags of a package in a lock. */
  public enum Trait {
    /** It has a script that npm would run at installation; see {@link KnownInstallScript}. */
    INSTALL_SCRIPT
  }

  /**
   * A package as the registry has it.
   *
   * @param name the package's name in the registry; it differs from the directory's name if the
   *     project uses an alias
   * @param carrier the tarball that has its files
   * @param licence the licence that the package's author wrote; null if the lock has none
   */
  public record Published(String name, String version, Carrier carrier, @Nullable String licence) {}

  /** The tarball that has a package's files. */
  public sealed interface Carrier {}

  /** A tarball of the package's own. */
  public record Tarball(Integrity integrity) implements Carrier {}

  /** The tarball of the package in whose directory this one is. */
  public record Bundled() implements Carrier {}

  /**
   * The requirements of a package.
   *
   * @param required the names of the packages that the package needs: dependencies, and peers that
   *     are not optional
   * @param optional the names of the optional dependencies, which may be missing, for instance
   *     because they are for another platform
   * @param optionalPeers the names of the optional peers, which the package uses only if another
   *     package brings them
   * @param platform the platforms that the package supports
   */
  public record Requirements(
      SortedSet<String> required,
      SortedSet<String> optional,
      SortedSet<String> optionalPeers,
      PlatformConstraint platform) {

    public Requirements {
      required = Collections.unmodifiableSortedSet(new TreeSet<>(required));
      optional = Collections.unmodifiableSortedSet(new TreeSet<>(optional));
      optionalPeers = Collections.unmodifiableSortedSet(new TreeSet<>(optionalPeers));
    }

    Requirements withOptional(SortedSet<String> newOptional) {
      return new Requirements(required, newOptional, optionalPeers, platform);
    }
  }

  private static final Pattern VERSION =
      Pattern.compile("[0-9]{1,16}\\.[0-9]{1,16}\\.[0-9]{1,16}(?:[-+][0-9A-Za-z.+-]{1,200})?");

  public LockedNpmPackage {
    if (!InstallPath.isName(published.name)) {
      throw new VerificationException(
          installPath + ": \"" + published.name + "\" is not a valid npm package name");
    }
    if (!VERSION.matcher(published.version).matches()) {
      throw new VerificationException(
          installPath
              + ": \""
              + published.version
              + "\" is not a version such as 1.2.3 or 1.2.3-rc.1");
    }
    bin = Collections.unmodifiableSortedMap(new TreeMap<>(bin));
    traits =
        Collections.unmodifiableSet(
            traits.isEmpty() ? EnumSet.noneOf(Trait.class) : EnumSet.copyOf(traits));
  }

  /** Returns the same package at another place. */
  LockedNpmPackage at(InstallPath place) {
    return new LockedNpmPackage(place, published, bin, requirements, traits);
  }

  /** Returns the package's name in the registry. */
  public String name() {
    return published.name;
  }

  public String version() {
    return published.version;
  }

  public boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** Returns the hash of its tarball; empty if it has no tarball of its own. */
  public Optional<Integrity> tarballIntegrity() {
    return published.carrier instanceof Tarball tarball
        ? Optional.of(tarball.integrity)
        : Optional.empty();
  }

  /** Returns whether its files are in the tarball of the package that contains it. */
  public boolean isBundled() {
    return published.carrier instanceof Bundled;
  }

  /** Returns the {@code name@version} form. */
  public String id() {
    return name() + "@" + version();
  }

  /**
   * Returns the facts about the package for bills of materials and other reports.
   *
   * @param path the package's directory in the image, without leading slash
   */
  NpmFacts facts(String path) {
    return new NpmFacts(
        path, name(), version(), tarballIntegrity(), Optional.ofNullable(published.licence));
  }
}
