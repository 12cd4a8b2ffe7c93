package ai.opencode.sandbox.build;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** How a build uses a lock. */
sealed interface LockMode {

  /** The lock file that is read first; empty where the mode has none. */
  default Optional<Path> file() {
    return Optional.empty();
  }

  /** The lock file that is written at the end; empty where the mode writes none. */
  default Optional<Path> written() {
    return Optional.empty();
  }

  /** Whether the build takes what the lock names, and resolves only what it does not name. */
  default boolean uses() {
    return false;
  }

  /** Whether a build without an entry in the lock fails. */
  default boolean isStrict() {
    return false;
  }

  /** Whether a lock may be written in which something goes back. */
  default boolean allowsDowngrade() {
    return false;
  }

  /** The lock that is brought up to date in part; empty where the mode does not do that. */
  default Optional<LockFile> kept() {
    return Optional.empty();
  }

  /**
   * The names of packages that are brought up to date, where only some are.
   *
   * @param base names of the base image's packages
   * @throws UsageException where neither the lock nor the base has such a package
   */
  default Set<String> moving(Set<String> base) {
    return Set.of();
  }

  /** How the packages of an image are chosen where the lock does not name them. */
  default PackageChoice choice(String image, Platform platform) {
    return PackageChoice.NEWEST;
  }

  /**
   * Builds from what the lock names, and writes what it did not name.
   *
   * @param lock the file; empty where only an archive of inputs brings a lock
   * @param isStrict whether the lock must name everything; nothing is written then
   * @param allowsDowngrade whether a lock may be written in which something goes back
   */
  record Use(Optional<Path> lock, boolean isStrict, boolean allowsDowngrade) implements LockMode {

    @Override
    public Optional<Path> file() {
      return lock;
    }

    @Override
    public Optional<Path> written() {
      return isStrict ? Optional.empty() : lock;
    }

    @Override
    public boolean uses() {
      return true;
    }
  }

  /** Resolves everything anew, and writes nothing. */
  record Fresh() implements LockMode {}

  /**
   * Resolves a few packages anew and keeps the rest where it can. Writes nothing.
   *
   * @param lock whose packages stay
   * @param moving names of the packages that are brought up to date
   */
  record Update(LockFile lock, Set<String> moving) implements LockMode {

    public Update {
      moving = Set.copyOf(moving);
    }

    @Override
    public Set<String> moving(Set<String> base) {
      Set<String> known = new TreeSet<>();
      lock.images().values().stream()
          .flatMap(platforms -> platforms.values().stream())
          .flatMap(image -> image.packages().stream())
          .forEach(each -> known.add(each.name()));
      for (String name : new TreeSet<>(moving)) {
        if (!known.contains(name) && !base.contains(name)) {
          throw new UsageException(
              "Neither the lock nor its base image has a package "
                  + name
                  + " to update; the lock has "
                  + String.join(", ", known));
        }
      }
      return moving;
    }

    @Override
    public Optional<LockFile> kept() {
      return Optional.of(lock);
    }

    @Override
    public PackageChoice choice(String image, Platform platform) {
      List<LockedPackage> locked =
          lock.find(image, platform).map(LockedImage::packages).orElse(List.of());
      return new PackageChoice(
          locked.stream().filter(each -> !moving.contains(each.name())).toList(),
          locked.stream().filter(each -> moving.contains(each.name())).toList());
    }
  }

  /** The mode that settings ask for. */
  static LockMode of(BuildSettings settings) {
    return new Use(
        Optional.ofNullable(settings.lock().file()),
        settings.lock().strict(),
        settings.lock().allowDowngrade());
  }
}
