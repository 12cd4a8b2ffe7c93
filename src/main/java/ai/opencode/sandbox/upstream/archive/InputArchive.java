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
 * An archive of everything that a lock names, as {@link InputRecorder} writes it. A file in it is
 * compared with its digest before anybody reads it, and then checked like one from the network: the
 * archive's manifest may have been written by anybody.
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
   * @throws UsageException where there is none
   * @throws VerificationException where it is damaged
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
                          + "; write one with: opencode-sandbox lock archive "
                          + place));
    }
    Reference reference = ((ArchivePlace.Repository) place).reference();
    Descriptor manifest =
        new ArtifactPuller(registries).pull(reference, ArchiveForm.TYPE, cache.blobs());
    byte[] content = cache.blobs().read(manifest.digest());
    return new InputArchive(place, cache.blobs(), Manifest.parse(content, place.toString()));
  }

  /** The archive in a folder; empty where it holds none. */
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
              + ", not "
              + folder.pinned()
              + "; copy the archive again, or name the one that is there");
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
          folder + " has something else that is called " + ArchiveForm.NAME + "; choose another");
    }
    return Optional.of(new InputArchive(folder, layout.blobs(), manifest));
  }

  /** The lock that it was made from. */
  public LockFile lock() throws IOException {
    String name = ArchiveForm.LOCK + " in the archive " + place;
    try (InputStream in = open(ArchiveForm.LOCK)) {
      return LockFile.parse(in.readAllBytes(), name);
    }
  }

  /**
   * The base image that the archive's own lock names.
   *
   * @throws UsageException where it has none for the platform
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
                        + "; name one of them with --platform, or lock and archive both"));
  }

  /**
   * Its content as an upstream.
   *
   * @param name of the upstream, from whoever knows that
   * @param base that a build starts from, by digest
   */
  public Upstream upstream(String name, Reference base) throws IOException {
    for (Map.Entry<String, Descriptor> file : files.entrySet()) {
      if (file.getKey().startsWith(ArchiveForm.BASE)) {
        verify(file.getKey(), file.getValue());
      }
    }
    UpstreamKind kind =
        UpstreamKind.of(name)
            .orElseThrow(() -> new LockException("\"" + name + "\" is no upstream"));
    String label = kind == UpstreamKind.ARCHIVE ? name : base.registry() + "/" + base.repository();
    return new Upstream(kind, new Upstream.ArchivedBase(label, base, blobs), repositories);
  }

  /** Whether it has a base image. */
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
  public boolean isTransferred(LockedNpmPackage locked) {
    return false;
  }

  @Override
  public boolean isOffline() {
    return false;
  }

  /** One that is not here gets a number that no file's title has. */
  private int number(String repository) {
    return repositories.indexOf(repository);
  }

  private InputStream open(String title, String what) throws IOException {
    if (!files.containsKey(title)) {
      throw lacks(what);
    }
    return open(title);
  }

  /** Says that something is not in the archive. */
  public LockException lacks(String what) {
    return new LockException(
        "The archive "
            + place
            + " does not have "
            + what
            + ", because its lock does not name it; build with its lock, or archive yours with:"
            + " opencode-sandbox lock archive");
  }

  /**
   * A file that is whole, and is the build that is wanted.
   *
   * @param checksum null where the title says it all
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
        throw e; // A copy in the cache, which is fetched again.
      }
      throw damaged(place, title, e.file(), e);
    }
  }

  private static VerificationException damaged(
      ArchivePlace place, String title, Path file, VerificationException cause) {
    return new VerificationException(
        "The archive "
            + place
            + " is damaged: "
            + title
            + " ("
            + file
            + ") is not what the archive's manifest says"
            + again(),
        cause);
  }

  private static String again() {
    return "; copy the archive again, or write it again with: opencode-sandbox lock archive";
  }
}
