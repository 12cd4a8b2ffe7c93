package ai.opencode.sandbox.upstream.archive;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.registry.ArtifactPuller;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.PackageLocation;
import ai.opencode.sandbox.upstream.Upstream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An archive of everything that a lock names, written by {@link InputRecorder}. Each file is
 * compared with its digest before it is read, and then checked like a file from the network,
 * because an archive's manifest is not signed.
 */
public final class InputArchive implements Origin {

  private final ArchivePlace place;
  private final BlobStore blobs;
  private final SortedMap<String, Descriptor> files;
  private final RepositoryCopies repositories;

  private InputArchive(ArchivePlace place, BlobStore blobs, Manifest manifest) throws IOException {
    this.place = place;
    this.blobs = blobs;
    SortedMap<String, Descriptor> byTitle = new TreeMap<>();
    for (Descriptor layer : manifest.layers()) {
      String title = layer.annotations().getOrDefault(Annotations.TITLE, "");
      if (title.isEmpty() || byTitle.put(title, layer) != null) {
        throw new VerificationException(
            "The archive "
                + place
                + (title.isEmpty() ? " has a file without a title" : " has " + title + " twice")
                + again());
      }
    }
    this.files = Collections.unmodifiableSortedMap(byTitle);
    verify("its configuration", manifest.config());
    this.repositories =
        RepositoryCopies.of(
            ArchiveForm.repositories(blobs.read(manifest.config().digest()), place.toString()));
  }

  /**
   * Opens an archive. An archive in a registry is copied into the cache.
   *
   * @throws UsageException if there is no archive in the place
   * @throws VerificationException if the archive is corrupt
   */
  public static InputArchive open(ArchivePlace place, Cache cache, RegistryAccess registries)
      throws IOException {
    return place.in(
        new ArchivePlace.Cases<>() {
          @Override
          public InputArchive directory(ArchivePlace.Directory directory) throws IOException {
            return find(directory).orElseThrow(() -> missing(directory));
          }

          @Override
          public InputArchive registry(ArchivePlace.InRegistry repository) throws IOException {
            Descriptor manifest =
                new ArtifactPuller(registries)
                    .pull(repository.reference(), ArchiveForm.TYPE, cache.blobs());
            byte[] content = cache.blobs().read(manifest.digest());
            return new InputArchive(
                place, cache.blobs(), Manifest.parse(content, place.toString()));
          }
        });
  }

  private static UsageException missing(ArchivePlace.Directory place) {
    return new UsageException(
        "There is no archive of inputs in "
            + place
            + ". Write one with: opencode-sandbox lock archive "
            + place);
  }

  /** Finds the archive in a directory, if there is one. */
  static Optional<InputArchive> find(ArchivePlace.Directory directory) throws IOException {
    OciLayout layout = new OciLayout(directory.path());
    Descriptor found = layout.find(ArchiveForm.NAME).orElse(null);
    if (found == null) {
      return Optional.empty();
    }
    if (directory.pinned() != null && !directory.pinned().equals(found.digest())) {
      throw new VerificationException(
          directory.path()
              + " has the archive "
              + found.digest()
              + ", and "
              + directory.pinned()
              + " is expected. Copy that archive there, or name the digest of this one after the @.");
    }
    byte[] content;
    try {
      content = layout.blobs().read(found.digest());
    } catch (VerificationException e) {
      throw damaged(directory, "its manifest", layout.blobs().path(found.digest()), e);
    }
    Manifest manifest = Manifest.parse(content, directory.toString());
    if (!manifest.config().mediaType().equals(ArchiveForm.TYPE)) {
      throw new UsageException(
          directory
              + " has an image named "
              + ArchiveForm.NAME
              + ", not an archive of inputs. Choose another directory.");
    }
    return Optional.of(new InputArchive(directory, layout.blobs(), manifest));
  }

  /** Reads the lock that the archive was made from. */
  public LockFile lock() throws IOException {
    String name = ArchiveForm.LOCK + " in the archive " + place;
    try (InputStream in = open(ArchiveForm.LOCK)) {
      return LockFile.parse(in.readAllBytes(), name);
    }
  }

  /**
   * Returns the base image that the archive's own lock names.
   *
   * @throws UsageException if the lock has no base image for the platform
   */
  public Reference base(Platform platform) throws IOException {
    LockFile lock = lock();
    return lock.base(platform)
        .orElseThrow(
            () ->
                new UsageException(
                    "The archive "
                        + place
                        + " has no inputs for "
                        + platform
                        + ", only for "
                        + String.join(
                            ", ", lock.platforms().stream().map(Platform::toString).toList())
                        + ". Name one of these with --platform, or lock and archive both."));
  }

  /**
   * Returns the archive's content as an upstream.
   *
   * @param kind the kind of the upstream from which the archive was made
   * @param base the digest of the base image that a build starts from
   */
  public Upstream upstream(UpstreamKind kind, Reference base) throws IOException {
    for (Map.Entry<String, Descriptor> file : files.entrySet()) {
      if (file.getKey().startsWith(ArchiveForm.BASE)) {
        verify(file.getKey(), file.getValue());
      }
    }
    String label =
        kind == UpstreamKind.ARCHIVE ? kind.toString() : base.registry() + "/" + base.repository();
    return new Upstream(kind, new Upstream.ArchivedBase(label, base, blobs), repositories());
  }

  /** Returns whether the archive has a base image. */
  public boolean has(Reference base) {
    return base.pinned().filter(root -> files.containsKey(ArchiveForm.base(root))).isPresent();
  }

  @Override
  public InputStream apk(PackageLocation location) throws IOException {
    String what =
        location.label() + " of " + location.repository() + " for " + location.architecture();
    return open(copy(location.repository(), what).apk(location), what);
  }

  @Override
  public InputStream index(RepositoryLocation repository, String architecture) throws IOException {
    String what = "the index of " + repository + " for " + architecture;
    return open(copy(repository, what).index(architecture), what);
  }

  @Override
  public InputStream tarball(LockedNpmPackage locked, Supplier<NpmRegistry> registry, long maxBytes)
      throws IOException {
    return open(ArchiveForm.tarball(locked), "the npm package " + locked.id());
  }

  @Override
  public boolean isTransferred(PackageLocation location) {
    return false;
  }

  @Override
  public boolean isTransferred(LockedNpmPackage locked) {
    return false;
  }

  @Override
  public boolean isOffline() {
    return false;
  }

  /**
   * Returns the copy of a repository.
   *
   * @param what the wanted content, for the message
   * @throws LockException if the archive does not list the repository
   */
  private RepositoryCopy copy(RepositoryLocation repository, String what) {
    return repositories.find(repository).orElseThrow(() -> lacks(what));
  }

  private InputStream open(String title, String what) throws IOException {
    if (!files.containsKey(title)) {
      throw lacks(what);
    }
    return open(title);
  }

  /** Makes the failure for a missing input. */
  public LockException lacks(String what) {
    return new LockException(
        "The archive "
            + place
            + " does not have "
            + what
            + ", because the archive's lock does not name it. Build with that lock, or write an"
            + " archive for your lock with: opencode-sandbox lock archive");
  }

  /**
   * Finds an intact file.
   *
   * @param checksum the package's checksum, because rebuilt packages have the same title; null for
   *     other files
   */
  Optional<Descriptor> find(String title, @Nullable String checksum) throws IOException {
    Descriptor file = files.get(title);
    if (file == null
        || (checksum != null && !checksum.equals(file.annotations().get(Annotations.CHECKSUM)))) {
      return Optional.empty();
    }
    try {
      verify(title, file);
      return Optional.of(file);
    } catch (VerificationException damaged) {
      return Optional.empty();
    }
  }

  public List<RepositoryLocation> repositories() {
    return repositories.locations();
  }

  public SortedMap<String, Descriptor> files() {
    return files;
  }

  BlobStore blobs() {
    return blobs;
  }

  public InputStream open(String title) throws IOException {
    Descriptor file = files.get(title);
    if (file == null) {
      throw new VerificationException("The archive " + place + " has no file " + title + again());
    }
    verify(title, file);
    return blobs.open(file.digest());
  }

  private void verify(String title, Descriptor file) throws IOException {
    if (!blobs.contains(file.digest())) {
      throw new VerificationException(
          "The archive "
              + place
              + " lacks "
              + title
              + " ("
              + blobs.path(file.digest())
              + ")"
              + again());
    }
    try {
      blobs.verify(file.digest());
    } catch (DamagedFileException e) {
      if (place instanceof ArchivePlace.InRegistry) {
        throw e; // the copy in the cache is fetched again
      }
      throw damaged(place, title, e.file(), e);
    }
  }

  private static VerificationException damaged(
      ArchivePlace place, String title, Path file, VerificationException cause) {
    return new VerificationException(
        "The archive "
            + place
            + " is corrupt: "
            + title
            + " ("
            + file
            + ") does not match its digest in the archive's manifest"
            + again(),
        cause);
  }

  private static String again() {
    return ". Copy the archive again, or write it again with: opencode-sandbox lock archive.";
  }
}
