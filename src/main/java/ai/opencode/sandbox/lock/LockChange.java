package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A difference between two locks, with a type for each kind of input. */
public sealed interface LockChange {

  /** The kind of a change that must not be written to a lock without the user's consent. */
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
   * The values of an input, at least one of them.
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

  /** Another kind of upstream. */
  record OfUpstream(Values<UpstreamKind> values) implements LockChange {

    @Override
    public Scope scope() {
      return Scope.ALL;
    }
  }

  /**
   * A repository's index that is older than before, which is a replay.
   *
   * @param repository the repository's address or directory
   * @param values build times of the newest package, in seconds since 1970
   */
  record OfIndex(Scope scope, String repository, Values<Long> values) implements LockChange {

    @Override
    public Alarm alarm() {
      return Alarm.DOWNGRADE;
    }
  }

  /** Another base image. */
  record OfBase(Scope scope, Values<Reference> values) implements LockChange {}

  /** Another manifest of the same base image, though a digest always names the same one. */
  record OfBaseManifest(Scope scope, Values<Digest> values) implements LockChange {

    @Override
    public Alarm alarm() {
      return Alarm.CHANGED;
    }
  }

  /** Another treatment of the base image's packages. */
  record OfBasePackages(Scope scope, Values<BasePackages> values) implements LockChange {}

  /** A repository of the user's own, as a line of {@code /etc/apk/repositories}. */
  record OfRepository(Scope scope, Values<String> values) implements LockChange {}

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
   * @param values the versions; an added package may be in the base or another image before, and
   *     one that is no longer added may be in the base
   * @param bytes the difference in bytes to download
   */
  record OfPackage(
      Scope scope, String name, Values<String> values, long bytes, Need need, Alarm alarm)
      implements LockChange {}

  /** Another text of {@code package-lock.json}, by its SHA-256. */
  record OfNpmLock(Scope scope, Values<Digest> values) implements LockChange {}

  /** Another image from equal inputs, by the digest without version. */
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

  /** Returns the reason why the change needs consent. */
  default Alarm alarm() {
    return Alarm.NONE;
  }
}
