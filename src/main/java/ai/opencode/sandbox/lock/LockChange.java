package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A difference between two locks, with a type for each kind of input. */
public sealed interface LockChange {

  /**
   * The reason why a change is written to a lock only with the user's consent; {@link #NONE} for a
   * change that needs none.
   */
  enum Alarm {
    NONE,
    /** A change to an older version. */
    DOWNGRADE,
    /** Other content of the same version. */
    CHANGED
  }

  /**
   * The images that an input belongs to.
   *
   * @param image the image's name; empty for all images
   * @param platform the platform; empty for all platforms
   */
  record Scope(Optional<String> image, Optional<Platform> platform) {

    static final Scope ALL = new Scope(Optional.empty(), Optional.empty());

    static Scope of(Platform platform) {
      return new Scope(Optional.empty(), Optional.of(platform));
    }

    static Scope of(String image, Platform platform) {
      return new Scope(Optional.of(image), Optional.of(platform));
    }
  }

  /**
   * The values of an input before and after a change, at most one of which is null.
   *
   * @param before the former value; null if the input is added
   * @param after the new value; null if the input is removed
   */
  record Values<T>(@Nullable T before, @Nullable T after) {

    public Values {
      if (before == null && after == null) {
        throw new IllegalArgumentException("A change has a value before or after");
      }
    }
  }

  /** A change of the kind of upstream. */
  record OfUpstream(Values<UpstreamKind> values) implements LockChange {

    @Override
    public Scope scope() {
      return Scope.ALL;
    }
  }

  /**
   * A repository's index that is older than before, as in a replay attack.
   *
   * @param repository the repository's address or directory
   * @param values build times of the newest package, in seconds since 1970
   */
  record OfIndex(Scope scope, RepositoryLocation repository, Values<Long> values)
      implements LockChange {

    @Override
    public Alarm alarm() {
      return Alarm.DOWNGRADE;
    }
  }

  /** Another base image. */
  record OfBase(Scope scope, Values<Reference> values) implements LockChange {}

  /**
   * A change of the base image's manifest under the same digest of the base image. A digest
   * determines the manifest, so one of the two locks is wrong.
   */
  record OfBaseManifest(Scope scope, Values<Digest> values) implements LockChange {

    @Override
    public Alarm alarm() {
      return Alarm.CHANGED;
    }
  }

  /** A change of how a build treats the base image's packages: upgraded or kept. */
  record OfBasePackages(Scope scope, Values<BasePackages> values) implements LockChange {}

  /** A repository of the user's own, as a line of {@code /etc/apk/repositories}. */
  record OfRepository(Scope scope, Values<RepositoryLine> values) implements LockChange {}

  /**
   * A key that signs packages, in the base image or the user's own.
   *
   * @param name the name of the key's file
   * @param values the key's fingerprints
   */
  record OfKey(Scope scope, String name, Values<Digest> values) implements LockChange {}

  /**
   * A package of Alpine.
   *
   * @param values the versions that the lock adds to the base image. Without a version before, the
   *     base or another image may already have had the package; without one after, the base may
   *     still have it
   * @param bytes the difference in bytes to download
   */
  record OfPackage(
      Scope scope, String name, Values<ApkVersion> values, long bytes, Need need, Alarm alarm)
      implements LockChange {}

  /** Another text of {@code package-lock.json}, by its SHA-256. */
  record OfNpmLock(Scope scope, Values<Digest> values) implements LockChange {}

  /**
   * A different image from equal inputs, by the digest that the image has without its version
   * label.
   */
  record OfResult(Scope scope, Values<Digest> values) implements LockChange {}

  /**
   * The reason why a package is part of an image.
   *
   * @param inBase whether the base image has the package
   * @param requiredBy the packages that need it, each needed by the next; empty for a package of
   *     the base image, and for one that the definition asks for
   */
  record Need(boolean inBase, List<String> requiredBy) {

    public Need {
      requiredBy = List.copyOf(requiredBy);
      if (inBase && !requiredBy.isEmpty()) {
        throw new IllegalArgumentException("A package of the base image needs no other reason");
      }
    }
  }

  Scope scope();

  Values<?> values();

  /**
   * Returns the reason why the change needs the user's consent; {@link Alarm#NONE} if it needs
   * none.
   */
  default Alarm alarm() {
    return Alarm.NONE;
  }
}
