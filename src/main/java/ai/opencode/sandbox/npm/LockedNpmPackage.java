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
 * One entry of the {@code packages} of a lock.
 *
 * @param installPath where it lies: {@code node_modules/a/node_modules/b}
 * @param name as the registry knows it; differs from the folder's name where an alias was used
 * @param integrity what its tarball must hash to; null only where it is {@link Trait#BUNDLED}
 * @param bin command to file inside the package, sorted
 */
public record LockedNpmPackage(
    String installPath,
    String name,
    String version,
    @Nullable Integrity integrity,
    SortedMap<String, String> bin,
    Requirements requirements,
    Set<Trait> traits) {

  /** What a lock says about a package in a flag. */
  public enum Trait {
    /** Somebody expects it beside itself. */
    PEER,
    /** It travels inside the tarball of the package that it lies in. */
    BUNDLED,
    /** It would run a script when npm installs it; here scripts are never run. */
    INSTALL_SCRIPT
  }

  /**
   * What a package needs.
   *
   * @param required names of packages that it does not work without: dependencies, and peers that
   *     are not optional
   * @param optional names of those that it does without
   * @param platform where it works
   */
  public record Requirements(
      SortedSet<String> required, SortedSet<String> optional, PlatformConstraint platform) {

    public Requirements {
      required = Collections.unmodifiableSortedSet(new TreeSet<>(required));
      optional = Collections.unmodifiableSortedSet(new TreeSet<>(optional));
    }
  }

  private static final Pattern VERSION =
      Pattern.compile("[0-9]{1,16}\\.[0-9]{1,16}\\.[0-9]{1,16}(?:[-+][0-9A-Za-z.+-]{1,200})?");

  public LockedNpmPackage {
    InstallPath.requireValid(installPath, name);
    if (!InstallPath.isName(name)) {
      throw new VerificationException(
          installPath + ": \"" + name + "\" is not a name that an npm package can have");
    }
    if (!VERSION.matcher(version).matches()) {
      throw new VerificationException(
          installPath
              + ": \""
              + version
              + "\" is not a version; expected e.g. 1.2.3 or 1.2.3-rc.1");
    }
    if (integrity == null && !traits.contains(Trait.BUNDLED)) {
      throw new VerificationException(installPath + ": no integrity");
    }
    bin = Collections.unmodifiableSortedMap(new TreeMap<>(bin));
    traits =
        Collections.unmodifiableSet(
            traits.isEmpty() ? EnumSet.noneOf(Trait.class) : EnumSet.copyOf(traits));
  }

  public boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** The hash of its tarball; absent where it has none of its own. */
  public Optional<Integrity> tarballIntegrity() {
    return Optional.ofNullable(integrity);
  }

  /** The {@code name@version} form. */
  public String id() {
    return name + "@" + version;
  }
}
