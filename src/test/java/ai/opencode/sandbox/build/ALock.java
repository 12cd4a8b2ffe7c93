package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Entries of a lock, all for linux/amd64 and the repository {@code /repository}. */
final class ALock {

  static final String REPOSITORY = "/repository";
  static final Reference BASE = Reference.of("registry.example/alpine").withoutDigest();
  static final Digest BASE_ROOT = Digest.sha256("base index");
  static final Digest BASE_MANIFEST = Digest.sha256("base manifest");

  private ALock() {}

  /** Returns a lock's entry for a requested package. */
  static LockedPackage locked(AnApk apk) {
    return locked(apk, null);
  }

  /**
   * Returns a lock's entry for a package.
   *
   * @param requirer null for one that was asked for
   */
  static LockedPackage locked(AnApk apk, @Nullable String requirer) {
    ApkPackage pkg = apk.toPackage();
    try (InputStream data = Gzip.inflating(new ByteArrayInputStream(apk.data()), apk.name())) {
      return new LockedPackage(
          pkg.name(),
          pkg.version(),
          new RepositoryLocation(REPOSITORY),
          pkg.size(),
          pkg.checksum(),
          new LockedPackage.Data(Digest.sha256(apk.data()), Digest.sha256(data.readAllBytes())),
          LockedPackage.Cause.of(requirer));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An image on the base, for what these packages' names ask for. */
  static LockedImage image(AnApk... packages) {
    List<AnApk> all = List.of(packages);
    return new LockedImage(
        new LockedBase(
            BASE.withDigest(BASE_ROOT),
            BASE_MANIFEST,
            new TreeMap<>(Map.of("test.rsa.pub", Digest.sha256("key"))),
            BasePackages.UPGRADE),
        all.stream().map(each -> Dependency.of(each.name())).sorted().toList(),
        all.stream().map(ALock::locked).toList(),
        List.of(),
        null,
        null);
  }

  /** A lock of one image. */
  static LockFile of(UpstreamKind upstream, String name, LockedImage image) {
    return LockFile.empty(upstream).with(name, Platform.LINUX_AMD64, image);
  }
}
