package ai.opencode.sandbox.build;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How a build uses a lock. */
sealed interface LockMode {

  /**
   * Builds from what the lock names, and writes what it did not name.
   *
   * @param file the lock; null where only an archive of inputs brings one
   * @param strict whether the lock must name everything
   * @param downgrade whether a lock may be written in which something goes back
   */
  record Obey(@Nullable Path file, boolean strict, boolean downgrade) implements LockMode {}

  /** Resolves everything anew, and writes nothing. */
  record Fresh() implements LockMode {}

  /**
   * Resolves a few packages anew and keeps the rest where it can. Writes nothing.
   *
   * @param kept the lock whose packages stay
   * @param moving names of the packages that are brought up to date
   */
  record Update(LockFile kept, Set<String> moving) implements LockMode {

    /**
     * @throws UsageException where the lock has no package of such a name
     */
    public Update {
      moving = Set.copyOf(moving);
      Set<String> known = new TreeSet<>();
      kept.images().values().stream()
          .flatMap(platforms -> platforms.values().stream())
          .flatMap(image -> image.packages().stream())
          .forEach(each -> known.add(each.name()));
      for (String name : new TreeSet<>(moving)) {
        if (!known.contains(name)) {
          throw new UsageException(
              "The lock has no package " + name + " to update; it has " + String.join(", ", known));
        }
      }
    }

    /** The locked packages of an image that stay. */
    List<LockedPackage> staying(String image, Platform platform) {
      return locked(image, platform).stream()
          .filter(each -> !moving.contains(each.name()))
          .toList();
    }

    /** The locked packages of an image that are brought up to date. */
    List<LockedPackage> moving(String image, Platform platform) {
      return locked(image, platform).stream().filter(each -> moving.contains(each.name())).toList();
    }

    private List<LockedPackage> locked(String image, Platform platform) {
      return kept.find(image, platform).map(LockedImage::packages).orElse(List.of());
    }
  }

  /** The mode that settings ask for. */
  static LockMode of(BuildSettings settings) {
    return new Obey(
        settings.lock().file(), settings.lock().strict(), settings.lock().allowDowngrade());
  }
}
