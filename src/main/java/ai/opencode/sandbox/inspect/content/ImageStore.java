package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.BasePuller;
import ai.opencode.sandbox.registry.ImagePuller;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An image source that is open: what it brought onto this machine goes when it is closed. */
public final class ImageStore implements Closeable {

  /**
   * An image with its content.
   *
   * @param name that it goes by where it is, without tag; empty where there is none
   * @param blobs last as long as the source is open
   * @param root index, or the manifest of an image for one platform
   */
  public record WholeImage(String name, BlobStore blobs, Descriptor root) {}

  private final ImageSource source;
  private final RegistryAccess access;
  private final Path work;

  private ImageStore(ImageSource source, RegistryAccess access, Path work) {
    this.source = source;
    this.access = access;
    this.work = work;
  }

  /** Opens a source; nothing is read yet. */
  public static ImageStore open(ImageSource source, RegistryAccess access) throws IOException {
    return new ImageStore(source, access, TemporaryFiles.directory("opencode-sandbox-verify"));
  }

  /** A folder for large intermediate files. */
  public Path work() {
    return work;
  }

  /**
   * The names of the images in a layout; of any other source, just its own.
   *
   * @throws UsageException where there is no such layout
   */
  public List<ImageSource> images() throws IOException {
    if (source instanceof ImageSource.OciFolder oci && oci.name() == null) {
      List<ImageSource> images = new ArrayList<>();
      for (String name : LayoutImages.names(oci.folder())) {
        images.add(new ImageSource.OciFolder(oci.folder(), name));
      }
      return images.isEmpty() ? List.of(source) : images;
    }
    if (source instanceof ImageSource.OciArchive archive && archive.name() == null) {
      List<ImageSource> images = new ArrayList<>();
      for (String name : LayoutImages.names(UnpackedLayout.of(archive.file(), work))) {
        images.add(new ImageSource.OciArchive(archive.file(), name));
      }
      return images.isEmpty() ? List.of(source) : images;
    }
    return List.of(source);
  }

  /**
   * The platforms that the image is for, in its own order; for a registry, the ones among those
   * that images are made for.
   */
  public List<Platform> platforms() throws IOException {
    if (source instanceof ImageSource.OciFolder oci) {
      return new LayoutImages(oci.folder()).platforms(oci.name());
    }
    if (source instanceof ImageSource.OciArchive archive) {
      return layout(archive).platforms(archive.name());
    }
    if (source instanceof ImageSource.DockerArchive docker) {
      return List.of(ArchivedImage.platform(docker.file(), work));
    }
    return List.of(Platform.host());
  }

  /**
   * Reads the image's documents.
   *
   * @throws UsageException where there is no such image, or none for the platform
   * @throws VerificationException where it is so damaged that there is nothing to look into; what
   *     was found before is among the flaws
   */
  public OpenedImage image(Platform platform, Flaws flaws) throws IOException {
    if (source instanceof ImageSource.OciFolder oci) {
      return new LayoutImages(oci.folder()).open(oci.name(), platform, flaws);
    }
    if (source instanceof ImageSource.OciArchive archive) {
      return layout(archive).open(archive.name(), platform, flaws);
    }
    if (source instanceof ImageSource.DockerArchive docker) {
      return ArchivedImage.open(docker.file(), platform, work, flaws);
    }
    return pulled(((ImageSource.InRegistry) source).reference(), platform, flaws);
  }

  /**
   * The image as a whole, for all its platforms.
   *
   * @throws UsageException where there is no such image, or no manifest to go with it
   */
  public WholeImage whole() throws IOException {
    if (source instanceof ImageSource.OciFolder oci) {
      return whole(oci.folder(), oci.name());
    }
    if (source instanceof ImageSource.OciArchive archive) {
      return whole(UnpackedLayout.of(archive.file(), work), archive.name());
    }
    if (source instanceof ImageSource.InRegistry remote) {
      BlobStore store = new BlobStore(work);
      Reference reference = remote.reference();
      Descriptor root = new ImagePuller(access).pull(reference, store);
      String repository = reference.repository();
      return new WholeImage(repository.substring(repository.lastIndexOf('/') + 1), store, root);
    }
    throw new UsageException(
        source
            + " has no manifest, so it would be another image elsewhere; name an oci: folder, an"
            + " oci-archive: or an image in a registry");
  }

  private static WholeImage whole(Path folder, @Nullable String name) throws IOException {
    Descriptor root = new LayoutImages(folder).find(name);
    String given = root.annotations().getOrDefault(Annotations.REF_NAME, "");
    // What the layout adds is about the layout.
    return new WholeImage(
        given.replaceFirst(":.*", ""), new BlobStore(folder), root.withAnnotations(Map.of()));
  }

  private LayoutImages layout(ImageSource.OciArchive archive) throws IOException {
    return new LayoutImages(UnpackedLayout.of(archive.file(), work));
  }

  private OpenedImage pulled(Reference reference, Platform platform, Flaws flaws)
      throws IOException {
    BlobStore store = new BlobStore(work);
    BasePuller.PulledImage image = new BasePuller(access).pull(reference, platform, store);
    String repository = reference.repository();
    return new LayoutImages(work)
        .open(image.root(), repository.substring(repository.lastIndexOf('/') + 1), platform, flaws);
  }

  @Override
  public void close() throws IOException {
    TemporaryFiles.delete(work);
  }
}
