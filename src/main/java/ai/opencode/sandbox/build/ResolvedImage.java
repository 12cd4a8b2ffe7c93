package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The packages that an image adds to those of its base or parent, and those that it removes. */
sealed interface ResolvedImage {

  /** Returns the added packages in install order. */
  List<? extends ResolvedPackage> packages();

  /** Returns the packages of the base or parent that the image removes. */
  List<PackageId> removed();

  /**
   * Returns all packages of the image; empty if a lock names them, because a lock does not describe
   * packages and they must be fetched first.
   */
  Optional<InstalledSet> known();

  /** Returns the trusted source of the packages' checksums. */
  ImageContents.Proof proof();

  /** Returns the place and the checksum of each added package. */
  default Stream<PackageLocation> locations() {
    return packages().stream().map(ResolvedPackage::location);
  }

  /**
   * Packages that the solver chose from signed indexes.
   *
   * @param installed all packages of the image
   */
  record Solved(
      List<ResolvedPackage.Solved> packages, List<PackageId> removed, InstalledSet installed)
      implements ResolvedImage {

    public Solved {
      packages = List.copyOf(packages);
      removed = List.copyOf(removed);
    }

    @Override
    public Optional<InstalledSet> known() {
      return Optional.of(installed);
    }

    @Override
    public ImageContents.Proof proof() {
      return ImageContents.Proof.SIGNED_INDEX;
    }
  }

  /** Packages that a lock names. A lock does not record their dependencies. */
  record Locked(List<ResolvedPackage.Named> packages, List<PackageId> removed)
      implements ResolvedImage {

    public Locked {
      packages = List.copyOf(packages);
      removed = List.copyOf(removed);
    }

    /** Returns the packages that a lock names for an image. */
    static Locked of(LockedImage image, Platform platform) {
      return new Locked(
          image.packages().stream().map(each -> ResolvedPackage.Named.of(each, platform)).toList(),
          image.removed());
    }

    @Override
    public Optional<InstalledSet> known() {
      return Optional.empty();
    }

    @Override
    public ImageContents.Proof proof() {
      return ImageContents.Proof.LOCK;
    }
  }
}
