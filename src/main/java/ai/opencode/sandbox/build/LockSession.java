package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.build.BuildPlan.Node;
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
import ai.opencode.sandbox.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The lock during a build. Its demands on the images are those of the lock that the build found.
 * The outcome, from which the new lock is written, grows with each image that is made, and changes
 * no demand.
 */
final class LockSession {

  private final KnownLock known;
  private final Upstream upstream;
  private final LockCheck check;
  private final Progress progress;
  private final LockFile demands;
  private LockFile outcome;

  private LockSession(KnownLock known, Upstream upstream, LockFile demands, Progress progress) {
    this.known = known;
    this.upstream = upstream;
    this.check = known.check(progress);
    this.progress = progress;
    this.demands = demands;
    this.outcome = demands;
  }

  /**
   * Begins with what is locked for an upstream.
   *
   * @throws LockException where the build is locked and the lock is for another upstream
   * @throws UsageException where a lock is made for the stand-in, which has none, or is updated in
   *     part and is for another upstream
   */
  static LockSession begin(KnownLock known, Upstream upstream, Progress progress) {
    known.mode().kept().ifPresent(kept -> requireSameUpstream(kept, upstream));
    if (!known.mode().uses() && !upstream.lockable()) {
      throw new UsageException(
          "The stand-in is not locked: it is made anew wherever it is used; use --upstream"
              + " official or mirror");
    }
    Optional<LockFile> content = known.used().filter(lock -> lock.upstream() == upstream.kind());
    if (known.isStrict() && content.isEmpty()) {
      throw new LockException(
          "--locked, but "
              + known.name()
              + " was made from the upstream "
              + known.used().map(lock -> lock.upstream().toString()).orElse("")
              + ", and this build uses "
              + upstream.kind());
    }
    if (!upstream.lockable() && known.written().isPresent()) {
      progress.warn(
          known.name()
              + " does not count: the stand-in is made anew wherever it is used, and has no lock;"
              + " use --upstream official or mirror to build what the lock names");
    }
    return new LockSession(
        known, upstream, content.orElseGet(() -> LockFile.empty(upstream.kind())), progress);
  }

  private static void requireSameUpstream(LockFile kept, Upstream upstream) {
    if (kept.upstream() != upstream.kind()) {
      throw new UsageException(
          "The lock was made from the upstream "
              + kept.upstream()
              + ", not from "
              + upstream.kind()
              + ", so it cannot be updated in part; name that upstream, or update all of it");
    }
  }

  /**
   * The base image to use: the locked one where a lock is updated in part, or where the lock names
   * a digest for the tag that the upstream names, because a tag may have moved.
   */
  Upstream.BaseSource base(Platform platform) {
    if (!(upstream.base() instanceof Upstream.RegistryBase named)) {
      return upstream.base();
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
   * The lock's entry for an image, where it settles what the image is made from.
   *
   * @param inputs of the image today
   */
  Optional<LockedImage> settled(Node node, LockedInputs inputs) {
    return upstream.lockable()
        ? entry(node).filter(locked -> inputs.difference(locked).isEmpty())
        : Optional.empty();
  }

  /**
   * The lock's entry for an image, where it settles what the image is made from.
   *
   * @throws LockException where the build is locked, and the lock does not settle it
   */
  Optional<LockedImage> demanded(Node node, LockedInputs inputs) {
    Optional<LockedImage> settled = settled(node, inputs);
    if (settled.isPresent() || !known.isStrict()) {
      return settled;
    }
    Optional<String> difference =
        upstream.lockable() ? entry(node).flatMap(inputs::difference) : Optional.empty();
    throw new LockException(
        "--locked, but "
            + known.name()
            + (difference.isPresent()
                ? " does not fit "
                    + node.name()
                    + ": "
                    + difference.get()
                    + "; build without --locked to update it"
                : " does not have " + node.label() + "; build without --locked to add it"));
  }

  /**
   * Tells how the packages of an image's base are treated: as is asked for, else as the lock says
   * of this image, else by bringing them up to date.
   */
  BasePackages basePackages(Node node, LockedInputs inputs) {
    return inputs
        .basePackages()
        .or(
            () ->
                known
                    .mode()
                    .kept()
                    .or(() -> Optional.of(demands))
                    .flatMap(lock -> lock.find(node.name(), node.platform()))
                    .map(LockedImage::base)
                    .map(LockedBase::packages))
        .orElse(BasePackages.UPGRADE);
  }

  /**
   * Checks the keys in a base image against those that the lock knows.
   *
   * @throws LockException where the base has a key that the lock does not know
   */
  void requireKnownKeys(Node node, String base, SortedMap<String, Digest> keys) {
    if (upstream.lockable()) {
      entry(node).ifPresent(locked -> check.requireKnownKeys(base, keys, locked.keys()));
    }
  }

  /**
   * Keeps what an image was made from and what that gave.
   *
   * @param made the manifest's digest without the version
   * @param expected the entry whose result is expected; null where none is
   * @throws LockException where the build is locked, and the lock expects another result
   */
  void keep(Node node, LockedImage inputs, Digest made, @Nullable LockedImage expected) {
    if (upstream.lockable()) {
      Digest result = check.result(node.label(), made, expected);
      replace(lock -> lock.with(node.name(), node.platform(), inputs.withResult(result)));
    }
  }

  /** Keeps when the newest package of each index was built that has been read. */
  void keep(Platform platform, Iterable<Repository> repositories) {
    for (Repository repository : repositories) {
      repository
          .newestBuild()
          .ifPresent(
              seconds ->
                  replace(lock -> lock.withNewest(platform, repository.location(), seconds)));
    }
  }

  private Optional<LockedImage> entry(Node node) {
    return demands.find(node.name(), node.platform());
  }

  /** Returns whether the images of this build are kept in a lock. */
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
   * Writes the lock file, where the mode has one, the lock may change and has changed.
   *
   * @throws LockException where something in it goes back and must not; nothing is written then
   */
  void write() throws IOException {
    Optional<Path> file = known.mode().written();
    if (file.isEmpty() || !upstream.lockable()) {
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
    progress.done("lock", file.get() + " written");
  }
}
