package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A lock in the making: what the repositories have today, or today's build of a few packages and
 * the rest as it was.
 *
 * @param kept the lock whose content stays where it can; null where everything may move
 * @param moving packages that are brought up to date all the same
 */
public record Relock(@Nullable LockFile kept, Set<String> moving) {

  public Relock {
    moving = Set.copyOf(moving);
    if (kept != null) {
      requireKnown(kept, moving);
    }
  }

  public static Relock everything() {
    return new Relock(null, Set.of());
  }

  private static void requireKnown(LockFile lock, Set<String> moving) {
    Set<String> known = new TreeSet<>();
    lock.images().values().stream()
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

  void requireUpstream(String upstream) {
    if (kept != null && !kept.upstream().equals(upstream)) {
      throw new UsageException(
          "The lock was made from the upstream "
              + kept.upstream()
              + ", not from "
              + upstream
              + ", so it cannot be updated in part; name that upstream, or update all of it");
    }
  }

  /** The base image that stays. */
  Optional<Reference> base(Platform platform) {
    return kept == null ? Optional.empty() : kept.base(platform);
  }

  private List<LockedPackage> locked(String image, Platform platform) {
    return kept == null
        ? List.of()
        : kept.find(image, platform).map(LockedImage::packages).orElse(List.of());
  }

  /**
   * What stays as far as nothing speaks against it: the locked builds that a repository still has.
   */
  List<ApkPackage> staying(String image, Platform platform, List<Repository> repositories) {
    List<ApkPackage> staying = new ArrayList<>();
    for (LockedPackage locked : locked(image, platform)) {
      if (!moving.contains(locked.name())) {
        repositories.stream()
            .flatMap(repository -> repository.packages().stream())
            .filter(each -> each.name().equals(locked.name()))
            .filter(each -> each.checksum().equals(locked.checksum()))
            .findFirst()
            .ifPresent(staying::add);
      }
    }
    return staying;
  }

  /**
   * The repositories without the locked builds of what is to move: a neighbour that stays may not
   * hold them back. Where there is no other build, it is up to date.
   */
  List<Repository> offering(String image, Platform platform, List<Repository> repositories) {
    Set<LockedPackage> old = new HashSet<>(locked(image, platform));
    old.removeIf(
        locked ->
            !moving.contains(locked.name())
                || repositories.stream()
                    .flatMap(repository -> repository.packages().stream())
                    .filter(each -> each.name().equals(locked.name()))
                    .allMatch(each -> each.checksum().equals(locked.checksum())));
    return repositories.stream()
        .map(
            repository ->
                new Repository(
                    repository.location(),
                    repository.tag(),
                    repository.packages().stream()
                        .filter(
                            each ->
                                old.stream().noneMatch(o -> o.checksum().equals(each.checksum())))
                        .toList()))
        .toList();
  }
}
