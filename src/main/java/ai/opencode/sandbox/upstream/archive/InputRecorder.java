package ai.opencode.sandbox.upstream.archive;

import ai.opencode.sandbox.apk.KeyFiles;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.SignedIndex;
import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobSink;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An origin that keeps every file a build reads and makes an archive of them. The archive is
 * complete, because the build needed no other file. Files of an older archive in the same place are
 * not fetched again.
 */
public final class InputRecorder implements Origin {

  private interface Opening {
    InputStream open() throws IOException;
  }

  private final Origin origin;
  private final BlobStore store;
  private final @Nullable InputArchive older;
  private final RepositoryCopies repositories = new RepositoryCopies();
  private final Map<String, Descriptor> files = new TreeMap<>();
  private final Set<String> reused = ConcurrentHashMap.newKeySet();

  /**
   * Makes a recorder.
   *
   * @param origin the source of the files
   * @param store the store of the build's blobs
   * @param place the place of the archive, which may have an older one
   */
  public InputRecorder(Origin origin, BlobStore store, ArchivePlace place) throws IOException {
    this.origin = origin;
    this.store = store;
    this.older =
        place instanceof ArchivePlace.Directory directory
            ? InputArchive.find(directory).orElse(null)
            : null;
    if (older != null) {
      for (String title : older.files().keySet()) {
        if (title.startsWith(ArchiveForm.BASE)) {
          reuse(title, null);
        }
      }
      // The blobs of the older base are in the store now, so they are not fetched again. add()
      // records those of them that the build's base still has.
      files.clear();
    }
  }

  @Override
  public InputStream apk(PackageLocation location) throws IOException {
    String title = repositories.add(location.repository()).apk(location);
    return recorded(
        title, location.checksum().toString(), () -> origin.apk(location), location.size());
  }

  @Override
  public InputStream index(RepositoryLocation repository, String architecture) throws IOException {
    // Never reused, because an index changes while its name stays the same.
    String title = repositories.add(repository).index(architecture);
    return fetched(
        title, null, () -> origin.index(repository, architecture), SignedIndex.MAX_BYTES);
  }

  @Override
  public InputStream tarball(LockedNpmPackage locked, Supplier<NpmRegistry> registry, long maxBytes)
      throws IOException {
    return recorded(
        ArchiveForm.tarball(locked),
        null,
        () -> origin.tarball(locked, registry, maxBytes),
        maxBytes);
  }

  @Override
  public boolean isTransferred(PackageLocation location) {
    String title = repositories.add(location.repository()).apk(location);
    return !reused.contains(title) && origin.isTransferred(location);
  }

  @Override
  public boolean isTransferred(LockedNpmPackage locked) {
    return !reused.contains(ArchiveForm.tarball(locked)) && origin.isTransferred(locked);
  }

  @Override
  public boolean isOffline() {
    return origin.isOffline();
  }

  private InputStream recorded(
      String title, @Nullable String checksum, Opening opening, long maxBytes) throws IOException {
    Optional<Descriptor> known = reuse(title, checksum);
    return known.isPresent()
        ? store.open(known.get().digest())
        : fetched(title, checksum, opening, maxBytes);
  }

  private Optional<Descriptor> reuse(String title, @Nullable String checksum) throws IOException {
    Optional<Descriptor> known = older == null ? Optional.empty() : older.find(title, checksum);
    if (older != null && known.isPresent()) {
      store.importFrom(older.blobs(), known.get().digest());
      record(title, checksum, known.get());
      reused.add(title);
    }
    return known;
  }

  /**
   * Stores a file. The reader's limit of its length applies here already, because the file is not
   * verified yet.
   */
  private InputStream fetched(
      String title, @Nullable String checksum, Opening opening, long maxBytes) throws IOException {
    try (InputStream in = new BoundedInputStream(opening.open(), maxBytes, title);
        BlobSink sink = store.create()) {
      in.transferTo(sink);
      long size = sink.size();
      Digest digest = sink.commit();
      record(title, checksum, Descriptor.of(ArchiveForm.FILE, digest, size));
      return store.open(digest);
    }
  }

  private synchronized void record(String title, @Nullable String checksum, Descriptor file) {
    Map<String, String> annotations = new TreeMap<>(Map.of(Annotations.TITLE, title));
    if (checksum != null) {
      annotations.put(Annotations.CHECKSUM, checksum);
    }
    files.put(title, file.withAnnotations(annotations));
  }

  /**
   * Numbers repositories in the upstream's order. This precedes all reading, so that the numbers do
   * not depend on the repository that is read first.
   */
  public void prefer(List<RepositoryLocation> inOrder) {
    inOrder.forEach(repositories::add);
  }

  /**
   * Adds the base image and the keys of a platform.
   *
   * @param base the digests of the base image's blobs, which are in the build's store
   * @param keys the keys of the base image
   */
  public void add(Collection<Digest> base, KeyFiles keys, Platform platform) throws IOException {
    for (Digest digest : base) {
      record(
          ArchiveForm.base(digest),
          null,
          Descriptor.of(ArchiveForm.FILE, digest, store.size(digest)));
    }
    keys.forEach(
        (name, pem) ->
            record(
                ArchiveForm.key(platform.apkArchitecture(), name),
                null,
                store.put(ArchiveForm.FILE, pem)));
  }

  /** Makes the archive's manifest; the archive's content is in the build's store. */
  public Descriptor finish(LockFile lock) throws IOException {
    byte[] text = lock.toText().getBytes(StandardCharsets.UTF_8);
    record(ArchiveForm.LOCK, null, store.put(ArchiveForm.FILE, text));
    Descriptor configuration =
        store.put(ArchiveForm.TYPE, ArchiveForm.configuration(repositories.locations()));
    Manifest manifest = new Manifest(configuration, List.copyOf(files.values()), Map.of());
    return store.put(MediaType.MANIFEST, manifest.toJson());
  }

  /** Writes a finished archive into a directory, where it replaces an older one. */
  public void write(Descriptor archive, ArchivePlace.Directory directory) throws IOException {
    OciLayout layout = new OciLayout(directory.path());
    for (Digest digest : OciLayout.reachable(store, archive)) {
      if (layout.blobs().contains(digest)) {
        try {
          layout.blobs().verify(digest);
        } catch (DamagedFileException e) {
          Files.delete(e.file()); // put() copies only missing blobs
        }
      }
    }
    layout.put(store, Map.of(ArchiveForm.NAME, archive));
  }
}
