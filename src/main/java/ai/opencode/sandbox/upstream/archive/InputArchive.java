package ai.opencode.sandbox.upstream.archive;

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
import ai.opencode.sandbox.registry.ArtifactPuller;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.PackageLocation;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamKind;
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
 * An archive of everything that a lock names, as {@link InputRecorder} writes it. Each file is
 * first compared with its digest and then verified like one from the network, because the archive's
 * manifest may come from anyone.
 */
public final class InputArchive implements Origin {

  private final ArchivePlace place;
  private final BlobStore blobs;
  private final SortedMap<String, Descriptor> files;
  private final List<String> repositories;

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
        ArchiveForm.repositories(blobs.read(manifest.config().digest()), place.toString());
  }

  /**
   * Opens an archive; one in a registry is copied into the cache.
   *
   * @throws UsageException if it does not exist
   * @throws VerificationException if it is corrupt
   */
  public static InputArchive open(ArchivePlace place, Cache cache, RegistryAccess registries)
      throws IOException {
    if (place instanceof ArchivePlace.Folder folder) {
      return find(folder)
          .orElseThrow(
              () ->
                  new UsageException(
                      "There is no archive of inputs in "
                          + place
                          + ". Write one with: opencode-sandbox lock archive "
                          + place));
    }
    Reference reference = ((ArchivePlace.Repository) place).reference();
    Descriptor manifest =
        new ArtifactPuller(registries).pull(reference, ArchiveForm.TYPE, cache.blobs());
    byte[] content = cache.blobs().read(manifest.digest());
    return new InputArchive(place, cache.blobs(), Manifest.parse(content, place.toString()));
  }

  /** Returns the archive in a directory; empty if there is none. */
  static Optional<InputArchive> find(ArchivePlace.Folder folder) throws IOException {
    OciLayout layout = new OciLayout(folder.path());
    Descriptor found = layout.find(ArchiveForm.NAME).orElse(null);
    if (found == null) {
      return Optional.empty();
    }
    if (folder.pinned() != null && !folder.pinned().equals(found.digest())) {
      throw new VerificationException(
          folder.path()
              + " has the archive "
              + found.digest()
              + " instead of "
              + folder.pinned()
              + ". Copy the archive again, or give its actual digest.");
    }
    byte[] content;
    try {
      content = layout.blobs().read(found.digest());
    } catch (VerificationException e) {
      throw damaged(folder, "its manifest", layout.blobs().path(found.digest()), e);
    }
    Manifest manifest = Manifest.parse(content, folder.toString());
    if (!manifest.config().mediaType().equals(ArchiveForm.TYPE)) {
      throw new UsageException(
          folder
              + " contains something else named "
              + ArchiveForm.NAME
              + ". Choose another directory.");
    }
    return Optional.of(new InputArchive(folder, layout.blobs(), manifest));
  }

  /** Returns the lock that it was made from. */
  public LockFile lock() throws IOException {
    String name = ArchiveForm.LOCK + " in the archive " + place;
    try (InputStream in = open(ArchiveForm.LOCK)) {
      return LockFile.parse(in.readAllBytes(), name);
    }
  }

  /**
   * Returns the base image that the archive's own lock names.
   *
   * @throws UsageException if it has none for the platform
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
                        + ". Name one of them with --platform, or lock and archive both."));
  }

  /**
   * Returns its content as an upstream.
   *
   * @param name of the upstream, from a trusted statement
   * @param base the base image of the build, by digest
   */
  public Upstream upstream(String name, Reference base) throws IOException {
    for (Map.Entry<String, Descriptor> file : files.entrySet()) {
      if (file.getKey().startsWith(ArchiveForm.BASE)) {
        verify(file.getKey(), file.getValue());
      }
    }
    UpstreamKind kind =
        UpstreamKind.of(name)
            .orElseThrow(() -> new LockException("\"" + name + "\" is not an upstream"));
    String label = kind == UpstreamKind.ARCHIVE ? name : base.registry() + "/" + base.repository();
    return new Upstream(kind, new Upstream.ArchivedBase(label, base, blobs), repositories);
  }

  /** Returns whether it contains a base image. */
  public boolean has(Reference base) {
    return base.pinned().filter(root -> files.containsKey(ArchiveForm.base(root))).isPresent();
  }

  @Override
  public InputStream apk(PackageLocation location) throws IOException {
    return open(
        ArchiveForm.apk(number(location.repository()), location),
        location.label() + " of " + location.repository() + " for " + location.architecture());
  }

  @Override
  public InputStream index(String repository, String architecture) throws IOException {
    return open(
        ArchiveForm.index(number(repository), architecture),
        "the index of " + repository + " for " + architecture);
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
  public boolean isOffline() {
    return false;
  }

  /**
   * Returns the number of a repository; an unknown one gets a number that no file's title contains.
   */
  private int number(String repository) {
    return repositories.indexOf(repository);
  }

  private InputStream open(String title, String what) throws IOException {
    if (!files.containsKey(title)) {
      throw lacks(what);
    }
    return open(title);
  }

  /** Returns a failure because the archive does not contain a file. */
  public LockException lacks(String what) {
    return new LockException(
        "The archive "
            + place
            + " does not have "
            + what
            + ", because its lock does not name it. Build with its lock, or archive yours with:"
            + " opencode-sandbox lock archive");
  }

  /**
   * Finds an intact file of the right build.
   *
   * @param checksum null if the title identifies the build
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

  public List<String> repositories() {
    return repositories;
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
      if (place instanceof ArchivePlace.Repository) {
        throw e; // The file is a copy in the cache, which is fetched again.
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
            + ") does not match the archive's manifest"
            + again(),
        cause);
  }

  private static String again() {
    return ". Copy the archive again, or write it again with: opencode-sandbox lock archive";
  }
}
