package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.lock.LockChange.Alarm;
import ai.opencode.sandbox.lock.LockChange.Need;
import ai.opencode.sandbox.lock.LockChange.Scope;
import ai.opencode.sandbox.lock.LockChange.Values;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The comparison of the inputs of two locks. */
final class LockComparison {

  private final LockFile before;
  private final LockFile after;
  private final List<LockChange> changes = new ArrayList<>();

  private LockComparison(LockFile before, LockFile after) {
    this.before = before;
    this.after = after;
  }

  static List<LockChange> changes(LockFile before, LockFile after) {
    LockComparison comparison = new LockComparison(before, after);
    comparison.compare();
    return comparison.changes;
  }

  private void compare() {
    if (before.upstream() != after.upstream()) {
      changes.add(new LockChange.OfUpstream(new Values<>(before.upstream(), after.upstream())));
    }
    compareIndexes();
    TreeSet<ImageKey> keys = new TreeSet<>(before.entries().keySet());
    keys.addAll(after.entries().keySet());
    for (ImageKey key : keys) {
      compare(
          Scope.of(key.name(), key.platform()),
          before.entries().get(key),
          after.entries().get(key),
          everywhere(before, key.platform()));
    }
  }

  /** Reports indexes older than before, which are a replay; a newer index is not a change. */
  private void compareIndexes() {
    before
        .indexes()
        .forEach(
            (key, old) -> {
              Long now = after.indexes().get(key);
              if (now != null && now < old) {
                changes.add(
                    new LockChange.OfIndex(
                        Scope.of(key.platform()), key.repository(), new Values<>(old, now)));
              }
            });
  }

  /**
   * Returns the newest version of each package in any of the images: a package that is moved from
   * one image to another must not become older either.
   */
  private static Map<String, LockedPackage> everywhere(LockFile lock, Platform platform) {
    Map<String, LockedPackage> packages = new LinkedHashMap<>();
    lock.on(platform)
        .forEach(
            image ->
                packages(image)
                    .forEach(
                        (name, apk) ->
                            packages.merge(
                                name,
                                apk,
                                (one, other) ->
                                    one.version().compareTo(other.version()) < 0 ? other : one)));
    return packages;
  }

  private void compare(
      Scope scope,
      @Nullable LockedImage old,
      @Nullable LockedImage now,
      Map<String, LockedPackage> known) {
    int earlier = changes.size();
    compareBases(scope, old, now);
    compareKeys(scope, keys(old), keys(now));
    compareRepositories(scope, repositories(old), repositories(now));
    comparePackages(scope, now, packages(old), known);
    Digest oldNpm = old == null ? null : old.npmLock();
    Digest newNpm = now == null ? null : now.npmLock();
    if (!Objects.equals(oldNpm, newNpm)) {
      changes.add(new LockChange.OfNpmLock(scope, new Values<>(oldNpm, newNpm)));
    }
    // Another result is reported only for equal inputs; otherwise it follows from them.
    if (changes.size() == earlier && old != null && now != null) {
      Digest oldResult = old.result();
      Digest newResult = now.result();
      if (oldResult != null && newResult != null && !oldResult.equals(newResult)) {
        changes.add(new LockChange.OfResult(scope, new Values<>(oldResult, newResult)));
      }
    }
  }

  private void compareBases(Scope scope, @Nullable LockedImage old, @Nullable LockedImage now) {
    Reference oldBase = base(old);
    Reference newBase = base(now);
    if (!Objects.equals(oldBase, newBase)) {
      changes.add(new LockChange.OfBase(scope, new Values<>(oldBase, newBase)));
    } else if (old != null
        && now != null
        && !Objects.equals(old.baseManifest(), now.baseManifest())) {
      // A digest always names the same manifest, so one of the locks was edited.
      changes.add(
          new LockChange.OfBaseManifest(
              scope, new Values<>(old.baseManifest(), now.baseManifest())));
    }
    BasePackages oldPackages = basePackages(old);
    BasePackages newPackages = basePackages(now);
    if (oldPackages != null && newPackages != null && oldPackages != newPackages) {
      changes.add(new LockChange.OfBasePackages(scope, new Values<>(oldPackages, newPackages)));
    }
  }

  private void comparePackages(
      Scope scope,
      @Nullable LockedImage image,
      Map<String, LockedPackage> old,
      Map<String, LockedPackage> known) {
    Map<String, LockedPackage> now = packages(image);
    TreeSet<String> names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      LockedPackage one = old.get(name);
      LockedPackage other = now.get(name);
      if (other == null) {
        compareLeft(scope, Objects.requireNonNull(one), image, need(name, old));
        continue;
      }
      LockedPackage reference = one == null ? known.get(name) : one;
      Alarm alarm = reference == null ? Alarm.NONE : alarm(reference, other);
      if (one == null
          || alarm != Alarm.NONE
          || !one.version().equals(other.version())
          || !one.checksum().equals(other.checksum())) {
        changes.add(
            new LockChange.OfPackage(
                scope,
                name,
                new Values<>(
                    one == null && alarm == Alarm.NONE
                        ? inBase(other)
                        : Objects.requireNonNull(reference).version(),
                    other.version()),
                other.size() - (one == null ? 0 : one.size()),
                need(name, now),
                alarm));
      }
    }
  }

  /** Compares a package that an image does not add any more with that of its base or parent. */
  private void compareLeft(Scope scope, LockedPackage old, @Nullable LockedImage image, Need need) {
    ApkVersion below = below(scope, old, image);
    boolean isOlder = below != null && below.compareTo(old.version()) <= 0;
    changes.add(
        new LockChange.OfPackage(
            scope,
            old.name(),
            new Values<>(old.version(), below),
            -old.size(),
            need,
            isOlder ? Alarm.DOWNGRADE : Alarm.NONE));
  }

  /**
   * Returns the version that an image has of a package from its base or parent again; null if it
   * has none, or the locks do not tell.
   */
  private @Nullable ApkVersion below(Scope scope, LockedPackage old, @Nullable LockedImage image) {
    Platform platform = scope.platform().orElseThrow();
    if (image == null || image.removed().contains(old.id()) || !hasSameBases(platform)) {
      return null;
    }
    LockedPackage inParent =
        image.base() == null ? everywhere(after, platform).get(old.name()) : null;
    ApkVersion version = inParent == null ? inBase(old) : inParent.version();
    return old.version().equals(version) ? null : version;
  }

  private boolean hasSameBases(Platform platform) {
    return after.entries().entrySet().stream()
        .filter(each -> each.getKey().platform().equals(platform))
        .filter(each -> base(each.getValue()) != null)
        .allMatch(
            each -> {
              LockedImage old = before.entries().get(each.getKey());
              LockedImage now = each.getValue();
              return old != null
                  && Objects.equals(base(old), base(now))
                  && Objects.equals(old.baseManifest(), now.baseManifest());
            });
  }

  /**
   * Returns the alarm for a changed package: a repository never replaces the content of a version,
   * and never gives one build another version.
   */
  private static Alarm alarm(LockedPackage before, LockedPackage after) {
    boolean sameVersion = before.version().equals(after.version());
    if (!sameVersion && after.version().compareTo(before.version()) <= 0) {
      return Alarm.DOWNGRADE; // Versions of equal order may be a downgrade too.
    }
    boolean sameBuild = before.checksum().equals(after.checksum());
    if (!sameVersion) {
      return sameBuild ? Alarm.CHANGED : Alarm.NONE;
    }
    boolean sameContent = before.size() == after.size() && before.data().equals(after.data());
    return sameBuild && sameContent ? Alarm.NONE : Alarm.CHANGED;
  }

  private void compareKeys(Scope scope, Map<String, Digest> old, Map<String, Digest> now) {
    TreeSet<String> names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      if (!Objects.equals(old.get(name), now.get(name))) {
        changes.add(new LockChange.OfKey(scope, name, new Values<>(old.get(name), now.get(name))));
      }
    }
  }

  private void compareRepositories(Scope scope, Set<RepositoryLine> old, Set<RepositoryLine> now) {
    for (RepositoryLine line : old) {
      if (!now.contains(line)) {
        changes.add(new LockChange.OfRepository(scope, new Values<>(line, null)));
      }
    }
    for (RepositoryLine line : now) {
      if (!old.contains(line)) {
        changes.add(new LockChange.OfRepository(scope, new Values<>(null, line)));
      }
    }
  }

  private static Set<RepositoryLine> repositories(@Nullable LockedImage image) {
    return image == null || image.base() == null
        ? Set.of()
        : new TreeSet<>(image.base().own().repositories());
  }

  private static Map<String, Digest> keys(@Nullable LockedImage image) {
    return image == null ? Map.of() : image.keys();
  }

  /** Returns the version that the base image has of a package; null if it has none. */
  private static @Nullable ApkVersion inBase(@Nullable LockedPackage apk) {
    return apk == null ? null : apk.cause().replaces();
  }

  private static Need need(String name, Map<String, LockedPackage> packages) {
    LockedPackage apk = packages.get(name);
    return inBase(apk) == null ? new Need(false, chain(name, packages)) : new Need(true, List.of());
  }

  /** Returns the packages from the one that needs a package to the one asked for. */
  private static List<String> chain(String name, Map<String, LockedPackage> packages) {
    List<String> chain = new ArrayList<>();
    LockedPackage next = packages.get(name);
    // A lock that was edited may contain a cycle.
    while (next != null && next.cause().requiredBy() != null && chain.size() < packages.size()) {
      chain.add(next.cause().requiredBy());
      next = packages.get(next.cause().requiredBy());
    }
    return chain;
  }

  private static @Nullable Reference base(@Nullable LockedImage image) {
    return image == null || image.base() == null ? null : image.base().reference();
  }

  private static @Nullable BasePackages basePackages(@Nullable LockedImage image) {
    return image == null || image.base() == null ? null : image.base().packages();
  }

  private static Map<String, LockedPackage> packages(@Nullable LockedImage image) {
    Map<String, LockedPackage> packages = new LinkedHashMap<>();
    if (image != null) {
      image.packages().forEach(each -> packages.put(each.name(), each));
    }
    return packages;
  }
}
