package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.MediaType;
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

/** An open image source. Its temporary files are deleted when it is closed. */
public final class ImageStore implements Closeable {

  /**
   * An image with its content.
   *
   * @param name the image's name in the source, without tag; empty if there is none
   * @param blobs the blobs of the image, which are usable while the source is open
   * @param root the descriptor of the index, or of the manifest of an image for one platform
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

  /** Opens a source without reading it. */
  public static ImageStore open(ImageSource source, RegistryAccess access) throws IOException {
    return new ImageStore(source, access, TemporaryFiles.directory("opencode-sandbox-verify"));
  }

  /** Returns a directory for large intermediate files. */
  public Path work() {
    return work;
  }

  /**
   * Returns one source for each image in a layout; for any other source, only itself.
   *
   * @throws UsageException if the layout does not exist
   */
  public List<ImageSource> images() throws IOException {
    if (source instanceof ImageSource.OciDirectory oci && oci.name() == null) {
      List<ImageSource> images = new ArrayList<>();
      for (String name : LayoutImages.names(oci.directory())) {
        images.add(new ImageSource.OciDirectory(oci.directory(), name));
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
   * Returns the platforms of the image, in its own order; for a registry, those of them that this
   * product supports.
   */
  public List<Platform> platforms() throws IOException {
    return source.in(
        new ImageSource.Cases<>() {
          @Override
          public List<Platform> ociDirectory(ImageSource.OciDirectory oci) throws IOException {
            return new LayoutImages(oci.directory()).platforms(oci.name());
          }

          @Override
          public List<Platform> ociArchive(ImageSource.OciArchive archive) throws IOException {
            return layout(archive).platforms(archive.name());
          }

          @Override
          public List<Platform> dockerArchive(ImageSource.DockerArchive docker) throws IOException {
            return List.of(ArchivedImage.platform(docker.file(), work));
          }

          @Override
          public List<Platform> registry(ImageSource.InRegistry remote) throws IOException {
            return List.of(Platform.host());
          }
        });
  }

  /**
   * Reads the image's documents.
   *
   * @throws UsageException if the image does not exist or has no manifest for the platform
   * @throws VerificationException if it is too corrupt to be examined; earlier findings are among
   *     the flaws
   */
  public OpenedImage image(Platform platform, Flaws flaws) throws IOException {
    return source.in(
        new ImageSource.Cases<>() {
          @Override
          public OpenedImage ociDirectory(ImageSource.OciDirectory oci) throws IOException {
            return new LayoutImages(oci.directory()).open(oci.name(), platform, flaws);
          }

          @Override
          public OpenedImage ociArchive(ImageSource.OciArchive archive) throws IOException {
            return layout(archive).open(archive.name(), platform, flaws);
          }

          @Override
          public OpenedImage dockerArchive(ImageSource.DockerArchive docker) throws IOException {
            return ArchivedImage.open(docker.file(), platform, work, flaws);
          }

          @Override
          public OpenedImage registry(ImageSource.InRegistry remote) throws IOException {
            return pulled(remote.reference(), platform, flaws);
          }
        });
  }

  /**
   * Returns the whole image, for all its platforms.
   *
   * @throws UsageException if the image does not exist, or has no manifest
   */
  public WholeImage whole() throws IOException {
    return source.in(
        new ImageSource.Cases<>() {
          @Override
          public WholeImage ociDirectory(ImageSource.OciDirectory oci) throws IOException {
            return whole(oci.directory(), oci.name());
          }

          @Override
          public WholeImage ociArchive(ImageSource.OciArchive archive) throws IOException {
            return whole(UnpackedLayout.of(archive.file(), work), archive.name());
          }

          @Override
          public WholeImage dockerArchive(ImageSource.DockerArchive docker) throws IOException {
            throw new UsageException(
                docker
                    + " has no manifest, so its copy would be a different image. Name an oci:"
                    + " directory, an oci-archive: or an image in a registry.");
          }

          @Override
          public WholeImage registry(ImageSource.InRegistry remote) throws IOException {
            return wholePulled(remote.reference());
          }
        });
  }

  private static WholeImage whole(Path directory, @Nullable String name) throws IOException {
    Descriptor root = new LayoutImages(directory).find(name);
    String given = root.annotations().getOrDefault(Annotations.REF_NAME, "");
    // Annotations in the layout's index describe the layout, not the image.
    return new WholeImage(
        given.replaceFirst(":.*", ""), new BlobStore(directory), root.withAnnotations(Map.of()));
  }

  private WholeImage wholePulled(Reference reference) throws IOException {
    BlobStore store = new BlobStore(work);
    Descriptor root = new ImagePuller(access).pull(reference, store);
    String repository = reference.repository();
    return new WholeImage(repository.substring(repository.lastIndexOf('/') + 1), store, root);
  }

  private LayoutImages layout(ImageSource.OciArchive archive) throws IOException {
    return new LayoutImages(UnpackedLayout.of(archive.file(), work));
  }

  private OpenedImage pulled(Reference reference, Platform platform, Flaws flaws)
      throws IOException {
    BlobStore store = new BlobStore(work);
    BasePuller.PulledImage image = new BasePuller(access).pull(reference, platform, store);
    pullStatements(reference, image, store);
    String repository = reference.repository();
    return new LayoutImages(work)
        .open(image.root(), repository.substring(repository.lastIndexOf('/') + 1), platform, flaws);
  }

  /** Pulls the statements about an image, as far as the registry has them. */
  private void pullStatements(Reference reference, BasePuller.PulledImage image, BlobStore store)
      throws IOException {
    if (!MediaType.isIndex(image.root().mediaType())) {
      return;
    }
    ImageIndex index = ImageIndex.parse(store.read(image.root().digest()), reference.toString());
    Reference place = access.mirrored(reference);
    for (Descriptor each : AttestationManifest.entries(index, image.manifest().digest())) {
      try {
        new ImagePuller(access).pull(place.withDigest(each.digest()), store);
      } catch (UsageException lost) {
        // The reader of the statements reports what is missing.
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    TemporaryFiles.delete(work);
  }
}
