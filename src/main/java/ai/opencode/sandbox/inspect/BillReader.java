package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.attest.sbom.BillSubject;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.DatabaseFile;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.ImageBill;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.inspect.content.ImageStore;
import ai.opencode.sandbox.inspect.content.OpenedImage;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A reader of images that makes a bill of materials, the list of an image's software. The image may
 * be one that another program made.
 */
public final class BillReader {

  private static final int MAX_FLAWS = 5;

  /**
   * The ids of flaws that make a bill incomplete: bytes are missing, or are not those that the
   * image names.
   */
  private static final Set<String> FATAL =
      Set.of("blob-missing", "blob-size", "document-digest", "layer-archive", "layer-digest");

  private final RegistryAccess access;

  public BillReader(RegistryAccess access) {
    this.access = access;
  }

  /**
   * Reads the software of an image.
   *
   * @throws VerificationException if the image lacks bytes, has others than it names, or has a
   *     malformed list of packages, because the bill would then leave software out
   */
  public SoftwareBill bill(ImageSource source, Platform platform) throws IOException {
    List<String> found = new ArrayList<>();
    Flaws flaws =
        (id, where, message) -> {
          if (FATAL.contains(id) && found.size() < MAX_FLAWS) {
            found.add(where + ": " + message);
          }
        };
    try (ImageStore store = ImageStore.open(source, access)) {
      OpenedImage image = store.image(platform, flaws);
      ImageRoot root = ImageRoot.read(image.layers(), store.work(), flaws);
      InstalledDatabase database = DatabaseFile.read(root, flaws).orElse(null);
      if (database == null && DatabaseFile.PLACES.stream().anyMatch(each -> isThere(root, each))) {
        found.add("the list of installed packages is malformed");
      }
      if (!found.isEmpty()) {
        throw new VerificationException(
            source
                + " cannot be read as a whole ("
                + String.join("; ", found)
                + "). List all findings with verify, and build or pull the image again.");
      }
      return ImageBill.of(root, database, subject(source, platform, image));
    }
  }

  private static boolean isThere(ImageRoot root, String place) {
    return root.follow(place).isPresent();
  }

  private static BillSubject subject(ImageSource source, Platform platform, OpenedImage image) {
    Map<String, String> labels = image.config().labels();
    String title = labels.getOrDefault(Annotations.TITLE, "");
    String name = title.isBlank() ? image.name() : title;
    boolean hasManifest = image.annotations().manifest() != null;
    Optional<Digest> manifest = hasManifest ? Optional.of(image.digest()) : Optional.empty();
    return new BillSubject(
        name.isBlank() ? lastPart(source) : name,
        labels.getOrDefault(Annotations.VERSION, ""),
        platform,
        manifest,
        image.config().created(),
        Optional.empty());
  }

  /** Returns a name for an image that has none; a path of this machine is never part of it. */
  private static String lastPart(ImageSource source) {
    if (source instanceof ImageSource.InRegistry remote) {
      String repository = remote.reference().repository();
      return repository.substring(repository.lastIndexOf('/') + 1);
    }
    return "image";
  }
}
