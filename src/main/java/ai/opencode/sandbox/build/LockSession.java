package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockDifference;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The lock during a build. The lock that the build found has the entries that images must match.
 * The outcome, from which the new lock is written, gets an entry for each image that is made; it
 * does not change the entries to match.
 */
final class LockSession {

  private final KnownLock known;
  private final Upstream upstream;
  private final LockCheck check;
  private final Progress progress;
  private final LockFile demands;
  private LockFile outcome;
  private volatile boolean unproved;

  private LockSession(KnownLock known, Upstream upstream, LockFile demands, Progress progress) {
    this.known = known;
    this.upstream = upstream;
    this.check = known.check(progress);
    this.progress = progress;
    this.demands = demands;
    this.outcome = demands;
  }

  /**
   * Starts with the entries of a lock that is for an upstream.
   *
   * @throws LockException if the build is locked and the lock is for another upstream
   * @throws UsageException if a lock is requested for the stand-in, which has none, or a part of a
   *     lock for another upstream is to be updated
   */
  static LockSession begin(KnownLock known, Upstream upstream, Progress progress) {
    known.mode().kept().ifPresent(kept -> requireSameUpstream(kept, upstream));
    if (!known.mode().uses() && !upstream.lockable()) {
      throw new UsageException(
          "The stand-in is different on each machine, so it has no lock. Use --upstream official or"
              + " mirror.");
    }
    Optional<LockFile> content = known.used().filter(lock -> lock.upstream() == upstream.kind());
    if (known.isStrict() && content.isEmpty()) {
      throw new LockException(
          "--locked: "
              + known.name()
              + " is for the upstream "
              + known.used().map(lock -> lock.upstream().toString()).orElse("")
              + ", but this build uses "
              + upstream.kind()
              + ". Build from the lock's upstream with --upstream.");
    }
    if (!upstream.lockable() && known.written().isPresent()) {
      progress.warn(
          known.name()
              + " is ignored, because the stand-in has no lock. Use --upstream official or mirror to"
              + " build from the lock.");
    }
    return new LockSession(
        known, upstream, content.orElseGet(() -> LockFile.empty(upstream.kind())), progress);
  }

  private static void requireSameUpstream(LockFile kept, Upstream upstream) {
    if (kept.upstream() != upstream.kind()) {
      throw new UsageException(
          "The lock is for the upstream "
              + kept.upstream()
              + ", not for "
              + upstream.kind()
              + ", so no part of it can be updated. Name that upstream with --upstream, or update"
              + " all packages.");
    }
  }

  /**
   * Returns the base image to use: the lock's if only a part of the lock is updated, or if the lock
   * has a digest for the upstream's tag, which may have moved; otherwise the upstream's.
   */
  Upstream.BaseSource base(Platform platform, Upstream ofPlatform) {
    if (!(ofPlatform.base() instanceof Upstream.RegistryBase named)) {
      return ofPlatform.base();
    }
    Optional<Reference> locked = known.mode().kept().flatMap(kept -> kept.base(platform));
    if (locked.isEmpty()) {
      locked =
          demands
              .base(platform)
              .filter(reference -> named.reference().equals(reference.withoutDigest()));
    }
    return locked.<Upstream.BaseSource>map(Upstream.RegistryBase::new).orElse(named);
  }

  /**
   * Returns the lock's entry for an image; empty if there is none that matches.
   *
   * @param inputs the image's current inputs, which the entry must match
   */
  Optional<LockedImage> settled(PlannedImage planned, LockedInputs inputs) {
    return isKept()
        ? entry(planned).filter(locked -> inputs.difference(locked).isEmpty())
        : Optional.empty();
  }

  /**
   * Returns the lock's entry like {@link #settled}, but fails without one if the build is locked.
   *
   * @throws LockException if the build is locked and no entry matches
   */
  Optional<LockedImage> demanded(PlannedImage planned, LockedInputs inputs) {
    Optional<LockedImage> settled = settled(planned, inputs);
    if (settled.isPresent() || !known.isStrict()) {
      return settled;
    }
    Optional<String> difference =
        isKept() ? entry(planned).flatMap(inputs::difference) : Optional.empty();
    throw new LockException(
        "--locked: "
            + known.name()
            + (difference.isPresent()
                ? " does not match "
                    + planned.name()
                    + ": "
                    + difference.get()
                    + ". Build without --locked to update it."
                : " has no " + planned.label() + ". Build without --locked to add it."));
  }

  /**
   * Returns the treatment of the packages of an image's base: the user's choice, else the lock's
   * for this image, else an upgrade.
   *
   * @throws UsageException if a part of a lock with another treatment is to be updated
   */
  BasePackages basePackages(PlannedImage planned, LockedInputs inputs) {
    Optional<BasePackages> locked =
        known
            .mode()
            .choices()
            .or(() -> Optional.of(demands))
            .flatMap(lock -> lock.find(planned.key()))
            .map(LockedImage::base)
            .map(LockedBase::packages);
    Optional<BasePackages> asked = inputs.basePackages();
    if (known.mode().kept().isPresent() && locked.isPresent() && asked.isPresent()) {
      requireSameTreatment(planned, locked.get(), asked.get());
    }
    return asked.or(() -> locked).orElse(BasePackages.UPGRADE);
  }

  private static void requireSameTreatment(
      PlannedImage planned, BasePackages locked, BasePackages asked) {
    if (locked != asked) {
      throw new UsageException(
          "The lock of "
              + planned.label()
              + " was made with --base-packages "
              + locked
              + ", so no part of it can be updated with --base-packages "
              + asked
              + ". Leave the option out, or update all packages.");
    }
  }

  /**
   * Checks the keys in a base image against those in the lock.
   *
   * @throws LockException if the base has a key that the lock does not name
   */
  void requireKnownKeys(PlannedImage planned, String base, SortedMap<String, Digest> keys) {
    if (isKept()) {
      entry(planned).ifPresent(locked -> check.requireKnownKeys(base, keys, locked.keys()));
    }
  }

  /**
   * Records an image's inputs and result for the lock.
   *
   * @param made the image
   * @param expected the entry whose result is expected; null if there is none
   * @throws LockException if the build is locked and the lock expects another result
   */
  void keep(
      PlannedImage planned, LockedImage inputs, LockedResult made, @Nullable LockedImage expected) {
    if (!isKept()) {
      return;
    }
    if (!made.isNamedBy(expected)) {
      unproved = true;
    }
    Digest result = check.result(planned.label(), made.image(), expected);
    Digest records = made.image().equals(result) ? made.records() : null;
    replace(lock -> lock.with(planned.key(), inputs.withResult(result, records)));
  }

  /**
   * Returns the digests of the records of the images of a plan and of their parents; none unless
   * the lock names results and records of all of them.
   */
  Set<Digest> records(BuildPlan plan) {
    Set<Digest> records = new HashSet<>();
    for (Platform platform : plan.platforms()) {
      for (PlannedImage requested : plan.on(platform)) {
        for (PlannedImage each = requested; each != null; each = each.parent()) {
          Optional<LockedImage> named =
              isKept() ? entry(each).filter(LockedImage::isBuilt) : Optional.empty();
          if (named.isEmpty()) {
            return Set.of();
          }
          records.add(Objects.requireNonNull(named.get().records()));
        }
      }
    }
    return records;
  }

  /** Compares the records of an image with those that the lock names. */
  void compareRecords(PlannedImage planned, Digest records) {
    if (isKept() && entry(planned).filter(each -> records.equals(each.records())).isEmpty()) {
      unproved = true;
    }
  }

  /**
   * Returns whether the lock named each image of this build with its records before the build. A
   * result that was compared with the lock is right even if the build used records of former
   * images.
   */
  boolean provesAll() {
    return isKept() && !unproved;
  }

  /** Records the date of the newest package in each index, by which an older index is noticed. */
  void keep(Platform platform, Iterable<Repository> repositories) {
    for (Repository repository : repositories) {
      repository
          .newestBuild()
          .ifPresent(
              seconds ->
                  replace(lock -> lock.withNewest(platform, repository.location(), seconds)));
    }
  }

  private Optional<LockedImage> entry(PlannedImage planned) {
    return demands.find(planned.key());
  }

  /** Returns whether the images of this build get entries in a lock; the stand-in's do not. */
  boolean isKept() {
    return upstream.lockable();
  }

  private synchronized void replace(UnaryOperator<LockFile> change) {
    outcome = change.apply(outcome);
  }

  /** Returns the lock with the images made so far. */
  synchronized LockFile outcome() {
    return outcome;
  }

  /**
   * Writes the lock file if the mode writes one and the content has changed.
   *
   * @throws LockException if it would have an older version, which the mode does not allow; nothing
   *     is written then
   */
  void write() throws IOException {
    Optional<Path> file = known.mode().written();
    if (file.isEmpty() || !isKept()) {
      return;
    }
    LockFile lock = outcome();
    if (known.written().filter(lock::equals).isPresent()) {
      return;
    }
    if (known.written().isPresent() && !known.mode().allowsDowngrade()) {
      LockDifference.between(known.written().get(), lock).requireForward();
    }
    lock.write(file.get());
    progress.done(Stage.LOCK, file.get() + " written");
  }
}
