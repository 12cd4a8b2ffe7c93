package ai.opencode.sandbox.build;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.ImageKey;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A build's use of a lock: to reproduce it, to ignore it, or to update a part of it. */
sealed interface LockMode {

  /** Returns the lock file to read first; empty if the mode has none. */
  default Optional<Path> file() {
    return Optional.empty();
  }

  /** Returns the lock file to write at the end; empty if the mode writes none. */
  default Optional<Path> written() {
    return Optional.empty();
  }

  /** Returns whether the build uses the packages that the lock names, and resolves only others. */
  default boolean uses() {
    return false;
  }

  /** Returns whether an image without a matching entry in the lock is an error. */
  default boolean isStrict() {
    return false;
  }

  /** Returns whether the written lock may have older versions than the lock before. */
  default boolean allowsDowngrade() {
    return false;
  }

  /** Returns the lock of which only some packages are updated; empty in other modes. */
  default Optional<LockFile> kept() {
    return Optional.empty();
  }

  /** Returns the lock with the user's earlier choices, such as {@code --base-packages keep}. */
  default Optional<LockFile> choices() {
    return kept();
  }

  /**
   * Returns the names of the packages to update if only some are.
   *
   * @param base the names of the base image's packages
   * @throws UsageException if neither the lock nor the base has such a package
   */
  default Set<String> moving(Set<String> base) {
    return Set.of();
  }

  /** Returns the preferences for the packages of an image that the lock does not name. */
  default PackageChoice choice(ImageKey image) {
    return PackageChoice.NEWEST;
  }

  /**
   * The mode that uses the packages that the lock names, and adds others to the lock.
   *
   * @param lock the file; empty if the only lock is that of an archive of inputs
   * @param isStrict whether the lock must name every package; then it is not written
   * @param allowsDowngrade whether the written lock may have older versions than the lock before
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

  /**
   * The mode that resolves all packages anew and writes no file.
   *
   * @param before the older lock, whose treatment of the base's packages is kept, but not its
   *     packages; empty if there is none
   */
  record Fresh(Optional<LockFile> before) implements LockMode {

    @Override
    public Optional<LockFile> choices() {
      return before;
    }
  }

  /**
   * The mode that updates a few packages, keeps the others if possible and writes no file.
   *
   * @param lock the lock with the packages to keep
   * @param moving the names of the packages to update
   */
  record Update(LockFile lock, Set<String> moving) implements LockMode {

    public Update {
      moving = Set.copyOf(moving);
    }

    @Override
    public Set<String> moving(Set<String> base) {
      Set<String> known = new TreeSet<>();
      lock.entries().values().stream()
          .flatMap(image -> image.packages().stream())
          .forEach(each -> known.add(each.name()));
      for (String name : new TreeSet<>(moving)) {
        if (!known.contains(name) && !base.contains(name)) {
          throw new UsageException(
              "Neither the lock nor its base image has a package "
                  + name
                  + " to update. Name packages of the lock: "
                  + String.join(", ", known)
                  + ".");
        }
      }
      return moving;
    }

    @Override
    public Optional<LockFile> kept() {
      return Optional.of(lock);
    }

    @Override
    public PackageChoice choice(ImageKey image) {
      List<LockedPackage> locked = lock.find(image).map(LockedImage::packages).orElse(List.of());
      return new PackageChoice(
          locked.stream().filter(each -> !moving.contains(each.name())).toList(),
          locked.stream().filter(each -> moving.contains(each.name())).toList());
    }
  }

  /** Returns the mode that settings describe. */
  static LockMode of(BuildSettings settings) {
    return new Use(
        Optional.ofNullable(settings.lock().file()),
        settings.lock().strict(),
        settings.lock().allowDowngrade());
  }
}
