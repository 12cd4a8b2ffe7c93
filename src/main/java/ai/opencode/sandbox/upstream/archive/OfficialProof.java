package ai.opencode.sandbox.upstream.archive;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.KeyFiles;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The proof that everything in an archive of inputs comes from Docker Hub and Alpine. The digest of
 * the base image proves only the base image and the keys in it. The packages are named by the
 * archive's lock, which is not signed, so each package must also be in a package index that one of
 * Alpine's keys signed.
 */
public final class OfficialProof {

  private static final int MAX_KEY_BYTES = 1 << 16;

  /** The reader of the signed indexes of repositories. */
  public interface Indexes {

    /**
     * Returns a repository's packages.
     *
     * @throws SandboxException if none of the keys signed the index
     */
    Repository read(RepositoryLocation repository, String architecture, Keyring keys)
        throws IOException;
  }

  private final InputArchive archive;
  private final LockFile lock;
  private final Indexes indexes;

  private OfficialProof(InputArchive archive, LockFile lock, Indexes indexes) {
    this.archive = archive;
    this.lock = lock;
    this.indexes = indexes;
  }

  /**
   * Returns whether everything that an archive's lock names for some platforms comes from Docker
   * Hub and Alpine.
   *
   * @param archive the archive
   * @param platforms the platforms to look at
   * @param indexes the reader of the archive's package indexes
   */
  public static boolean holds(InputArchive archive, List<Platform> platforms, Indexes indexes)
      throws IOException {
    LockFile lock = archive.lock();
    if (lock.upstream() != UpstreamKind.OFFICIAL
        || !archive.repositories().stream().allMatch(OfficialUpstream::isRepository)) {
      return false;
    }
    OfficialProof proof = new OfficialProof(archive, lock, indexes);
    for (Platform platform : platforms) {
      if (!proof.holds(platform)) {
        return false;
      }
    }
    return true;
  }

  private boolean holds(Platform platform) throws IOException {
    Optional<Boolean> pinned = lock.base(platform).map(OfficialUpstream::isPinnedBase);
    if (!pinned.orElse(false)) {
      return false;
    }
    try {
      Map<RepositoryLocation, Map<Checksum, ApkPackage>> signed = new HashMap<>();
      for (LockedImage image : lock.on(platform)) {
        if (!holds(image, platform, signed)) {
          return false;
        }
      }
      return true;
    } catch (SandboxException e) {
      return false; // an index without a known key's signature is no proof
    }
  }

  private boolean holds(
      LockedImage image,
      Platform platform,
      Map<RepositoryLocation, Map<Checksum, ApkPackage>> signed)
      throws IOException {
    if (image.base() != null && !OfficialUpstream.isPinnedBase(image.base().reference())) {
      return false;
    }
    for (LockedPackage locked : image.packages()) {
      Map<Checksum, ApkPackage> index = signed.get(locked.repository());
      if (index == null) {
        index = index(locked.repository(), platform.apkArchitecture());
        signed.put(locked.repository(), index);
      }
      ApkPackage known = index.get(locked.checksum());
      if (known == null
          || !known.name().equals(locked.name())
          || !known.version().equals(locked.version())
          || known.size() != locked.size()) {
        return false;
      }
    }
    return true;
  }

  /** Returns the packages in a repository's signed index by checksum. */
  private Map<Checksum, ApkPackage> index(RepositoryLocation repository, String architecture)
      throws IOException {
    Repository read = indexes.read(repository, architecture, keyring(architecture));
    Map<Checksum, ApkPackage> packages = new HashMap<>();
    read.packages().forEach(each -> packages.put(each.checksum(), each));
    return packages;
  }

  private Keyring keyring(String architecture) throws IOException {
    KeyFiles keys = KeyFiles.none();
    String directory = ArchiveForm.key(architecture, "");
    for (String title : archive.files().keySet()) {
      if (title.startsWith(directory)) {
        try (InputStream in = archive.open(title)) {
          keys = keys.with(title.substring(directory.length()), in.readNBytes(MAX_KEY_BYTES));
        }
      }
    }
    return keys.only((name, print) -> OfficialUpstream.isKey(architecture, print)).ring();
  }
}
