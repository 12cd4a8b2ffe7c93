package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A directory in the form of an OCI image layout (image-spec, image-layout.md). Its images have
 * names. Each change replaces {@code index.json} last and in one step, so that a reader sees either
 * the old images or the new ones.
 */
public final class OciLayout {

  private static final int MAX_DEPTH = 4;

  private static final byte[] MARKER =
      "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);

  private final Path root;
  private final BlobStore blobs;

  public OciLayout(Path root) {
    this.root = root;
    this.blobs = new BlobStore(root);
  }

  /**
   * Creates a layout that is written repeatedly.
   *
   * @param records the blobs that were verified, stored outside the layout; unchanged ones are not
   *     read again
   */
  public OciLayout(Path root, HashRecords records) throws IOException {
    this.root = root;
    this.blobs = new BlobStore(root, Access.USUAL, records.about(root));
  }

  /** Returns the content of the file {@code oci-layout}, which marks a directory as a layout. */
  public static byte[] marker() {
    return MARKER.clone();
  }

  public BlobStore blobs() {
    return blobs;
  }

  /** Returns the images by name; empty if the layout does not exist yet. */
  public ImageIndex index() throws IOException {
    Path file = root.resolve("index.json");
    try (InputStream in = Channels.newInputStream(RegularFile.open(file))) {
      return ImageIndex.parse(in.readNBytes(Json.MAX_BYTES + 1), file.toString());
    } catch (NoSuchFileException none) {
      return new ImageIndex(List.of(), Map.of());
    }
  }

  /**
   * Finds an image by name.
   *
   * @throws VerificationException if several images have the name
   */
  public Optional<Descriptor> find(String name) throws IOException {
    List<Descriptor> named =
        index().manifests().stream()
            .filter(image -> name.equals(image.annotations().get(Annotations.REF_NAME)))
            .toList();
    if (named.stream().map(Descriptor::digest).distinct().count() > 1) {
      throw new VerificationException(
          root + " holds several images with the name " + name + ". Give each one its own name.");
    }
    return named.stream().findFirst();
  }

  /**
   * Adds images under the given names: copies missing blobs from {@code source}, replaces images of
   * the same name, and removes blobs that are no longer referenced. Callers in other threads and
   * processes wait for each other.
   *
   * @throws UsageException if the directory cannot be written
   */
  public void put(BlobStore source, Map<String, Descriptor> imagesByName) throws IOException {
    try {
      Files.createDirectories(root);
      try (DirectoryLock lock = DirectoryLock.of(root)) {
        lock.assertHeld();
        replaceImages(source, imagesByName);
      }
    } catch (AccessDeniedException e) {
      throw unwritable(e, "permission denied");
    } catch (FileSystemException e) {
      throw unwritable(e, e.getReason() == null ? "not a directory" : e.getReason());
    }
  }

  /**
   * Names an image whose content is already in this layout. Removes nothing, because other programs
   * may be adding content.
   */
  public void name(String name, Descriptor image) throws IOException {
    Files.createDirectories(root);
    try (DirectoryLock lock = DirectoryLock.of(root)) {
      lock.assertHeld();
      index(Map.of(name, image));
    }
  }

  private void replaceImages(BlobStore source, Map<String, Descriptor> imagesByName)
      throws IOException {
    for (Descriptor image : imagesByName.values()) {
      for (Digest digest : reachable(source, image)) {
        blobs.importFrom(source, digest);
      }
    }
    blobs.settle();
    prune(index(imagesByName));
  }

  private ImageIndex index(Map<String, Descriptor> imagesByName) throws IOException {
    List<Descriptor> images = new ArrayList<>();
    for (Descriptor image : index().manifests()) {
      if (!imagesByName.containsKey(name(image))) {
        images.add(image);
      }
    }
    imagesByName.forEach(
        (name, image) -> images.add(image.withAnnotation(Annotations.REF_NAME, name)));
    images.sort(Comparator.comparing(OciLayout::name));
    ImageIndex index = new ImageIndex(images, Map.of());
    blobs.putBeside("oci-layout", MARKER);
    blobs.putBeside("index.json", index.toJson());
    return index;
  }

  private UsageException unwritable(FileSystemException cause, String reason) {
    return new UsageException(
        "Cannot write the OCI layout "
            + root
            + " ("
            + reason
            + ": "
            + cause.getFile()
            + "). Choose another directory.",
        cause);
  }

  /**
   * Returns the digests of everything that an image consists of, referenced blobs before those that
   * refer to them.
   */
  public static Set<Digest> reachable(BlobStore store, Descriptor root) throws IOException {
    Set<Digest> found = new LinkedHashSet<>();
    collect(store, root, found, 0);
    return found;
  }

  private static void collect(BlobStore store, Descriptor root, Set<Digest> found, int depth)
      throws IOException {
    if (depth > MAX_DEPTH) {
      throw new VerificationException(
          "The index "
              + root.digest()
              + " is nested in more than "
              + MAX_DEPTH
              + " others. Use another image.");
    }
    if (found.contains(root.digest())) {
      return;
    }
    if (MediaType.isIndex(root.mediaType())) {
      ImageIndex index = ImageIndex.parse(store.read(root.digest()), root.digest().toString());
      for (Descriptor manifest : index.manifests()) {
        collect(store, manifest, found, depth + 1);
      }
    } else if (MediaType.isManifest(root.mediaType())) {
      Manifest manifest = Manifest.parse(store.read(root.digest()), root.digest().toString());
      manifest.layers().forEach(layer -> found.add(layer.digest()));
      found.add(manifest.config().digest());
    }
    found.add(root.digest());
  }

  private void prune(ImageIndex index) throws IOException {
    Set<Digest> kept = new LinkedHashSet<>();
    for (Descriptor image : index.manifests()) {
      kept.addAll(reachable(blobs, image));
    }
    blobs.retain(kept);
    blobs.tidy(Instant.now().minus(1, ChronoUnit.DAYS));
  }

  private static String name(Descriptor image) {
    return image.annotations().getOrDefault(Annotations.REF_NAME, "");
  }
}
