package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.RegularFile;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The images of an OCI layout, found by their names and opened for reading. The layout may come
 * from another machine, so that any of its files may be a link, a device or corrupt.
 */
final class LayoutImages {

  /** A receiver for documents that are only looked up: a verification reports their flaws. */
  private static final Flaws IGNORED = (id, where, message) -> {};

  private static final Set<String> LAYER_TYPES =
      Set.of(MediaType.LAYER, MediaType.LAYER_GZIP, MediaType.DOCKER_LAYER_GZIP);

  private static final int MAX_MARKER = 4096;

  private final Path directory;
  private final BlobStore blobs;

  LayoutImages(Path directory) {
    this.directory = directory;
    this.blobs = new BlobStore(directory);
  }

  /**
   * Returns the names of all images; none if there is a single image without a name.
   *
   * @throws VerificationException if images cannot be distinguished by name
   */
  static List<String> names(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    List<Descriptor> images = new LayoutImages(directory).index().manifests();
    for (Descriptor image : images) {
      String name = image.annotations().get(Annotations.REF_NAME);
      if (name != null && !names.contains(name)) {
        names.add(name);
      } else if (name == null && images.size() > 1) {
        throw new VerificationException(
            directory
                + " holds several images, and "
                + image.digest()
                + " has no name. Choose one with oci:DIRECTORY:NAME.");
      }
    }
    return names;
  }

  List<Platform> platforms(@Nullable String name) throws IOException {
    Descriptor entry = find(name);
    if (!MediaType.isIndex(entry.mediaType())) {
      Manifest manifest = manifest(entry, IGNORED);
      return List.of(config(manifest, IGNORED).platform());
    }
    Set<Platform> platforms = new LinkedHashSet<>();
    for (Descriptor image : index(entry, IGNORED).images()) {
      Platform platform = image.platform();
      if (platform != null) {
        platforms.add(platform);
      }
    }
    if (platforms.isEmpty()) {
      throw new VerificationException(
          "index "
              + entry.digest()
              + ": none of its images has a platform. Name one of the images by its digest.");
    }
    return List.copyOf(platforms);
  }

  OpenedImage open(@Nullable String name, Platform platform, Flaws flaws) throws IOException {
    Descriptor entry = find(name);
    String given = name == null ? entry.annotations().get(Annotations.REF_NAME) : name;
    return open(entry, given == null ? "" : given, platform, flaws)
        .withSiblings(siblings(entry, platform));
  }

  OpenedImage open(Descriptor entry, String name, Platform platform, Flaws flaws)
      throws IOException {
    ImageIndex index = MediaType.isIndex(entry.mediaType()) ? index(entry, flaws) : null;
    Descriptor chosen = index == null ? entry : choose(entry, index, platform, flaws);
    Manifest manifest = manifest(chosen, flaws);
    ImageConfig config = config(manifest, flaws);
    if (!config.platform().equals(platform)) {
      flaws.add(
          "platform",
          "configuration " + manifest.config().digest(),
          "it is for " + config.platform() + ", but the index lists the image for " + platform);
    }
    List<Layer> layers = layers(manifest, config, flaws);
    LayerHistory.check(config, manifest.layers().size(), flaws);
    return new OpenedImage(
        name,
        chosen.digest(),
        new OpenedImage.Configuration(config, manifest.config().size()),
        layers,
        new OpenedImage.Annotations(
            manifest.annotations(), index == null ? null : index.annotations()),
        index == null ? AttachedStatements.NONE : statements(index, chosen.digest(), flaws),
        Map.of());
  }

  private AttachedStatements statements(ImageIndex index, Digest image, Flaws flaws)
      throws IOException {
    return AttachedStatements.of(
        index,
        image,
        new AttachedStatements.Content() {
          @Override
          public byte[] manifest(Descriptor manifest) throws IOException {
            return document("attestation", manifest, flaws).bytes();
          }

          @Override
          public InputStream blob(Descriptor blob) throws IOException {
            return LayoutImages.this.blob(blob);
          }
        },
        flaws);
  }

  private static Descriptor choose(
      Descriptor entry, ImageIndex index, Platform platform, Flaws flaws) {
    String where = "index " + entry.digest();
    index.doubts(platform).forEach(doubt -> flaws.add("platform", where, doubt));
    return index
        .forPlatform(platform, where)
        .orElseThrow(
            () ->
                new UsageException(
                    "The image has no manifest for "
                        + platform
                        + ", only for "
                        + index.platformNames()
                        + ". Name one of these with --platform."));
  }

  private List<Layer> layers(Manifest manifest, ImageConfig config, Flaws flaws) {
    List<Layer> layers = new ArrayList<>();
    List<String> history = LayerHistory.of(config);
    for (int i = 0; i < manifest.layers().size(); i++) {
      Descriptor descriptor = manifest.layers().get(i);
      if (!LAYER_TYPES.contains(descriptor.mediaType())) {
        flaws.add(
            "media-type",
            "layer " + (i + 1) + " (" + descriptor.digest() + ")",
            "\""
                + descriptor.mediaType()
                + "\" is not a layer type that every engine reads. Use "
                + MediaType.LAYER_GZIP);
      }
      layers.add(
          new Layer(
              i + 1,
              descriptor,
              i < config.diffIds().size() ? config.diffIds().get(i) : null,
              i < history.size() ? history.get(i) : "",
              () -> new StartOfFile(blob(descriptor), descriptor.size() + 1)));
    }
    return layers;
  }

  /** Returns the layers of the other images by name, for a comparison with those of a parent. */
  private Map<String, List<Digest>> siblings(Descriptor self, Platform platform)
      throws IOException {
    Map<String, List<Digest>> siblings = new TreeMap<>();
    for (Descriptor image : index().manifests()) {
      String name = image.annotations().get(Annotations.REF_NAME);
      if (name == null || image.digest().equals(self.digest())) {
        continue;
      }
      try {
        layers(image, platform).ifPresent(layers -> siblings.put(name, layers));
      } catch (VerificationException damaged) {
        // The verification of the other image reports its defect.
        siblings.remove(name);
      }
    }
    return siblings;
  }

  private Optional<List<Digest>> layers(Descriptor image, Platform platform) throws IOException {
    Descriptor chosen =
        MediaType.isIndex(image.mediaType())
            ? index(image, IGNORED).forPlatform(platform, "an index").orElse(null)
            : image;
    return chosen == null
        ? Optional.empty()
        : Optional.of(manifest(chosen, IGNORED).layers().stream().map(Descriptor::digest).toList());
  }

  private ImageIndex index() throws IOException {
    Path file = directory.resolve("index.json");
    if (!Files.isDirectory(directory)) {
      throw new UsageException("There is no directory " + directory + ". Name an OCI layout.");
    }
    requireMarker();
    try (InputStream in = Channels.newInputStream(RegularFile.open(file))) {
      return ImageIndex.parse(in.readNBytes(Json.MAX_BYTES + 1), file.toString());
    } catch (NoSuchFileException e) {
      throw new UsageException(
          directory + " is not an OCI layout: it has no index.json. Name another directory.", e);
    }
  }

  /** Requires the file oci-layout, because other tools do not recognize a layout without it. */
  private void requireMarker() throws IOException {
    Path file = directory.resolve("oci-layout");
    try (InputStream in = Channels.newInputStream(RegularFile.open(file))) {
      JsonNode marker = Json.parse(in.readNBytes(MAX_MARKER), file.toString());
      String version = marker.path("imageLayoutVersion").asText();
      if (!version.equals("1.0.0")) {
        throw new VerificationException(
            file
                + " has the version \""
                + version
                + "\" instead of 1.0.0. Create the layout again.");
      }
    } catch (NoSuchFileException e) {
      throw new UsageException(
          directory + " is not an OCI layout: it has no file oci-layout. Name another directory.",
          e);
    }
  }

  Descriptor find(@Nullable String name) throws IOException {
    List<Descriptor> images = index().manifests();
    if (name == null && images.size() == 1) {
      return images.get(0);
    }
    List<Descriptor> named =
        images.stream()
            .filter(
                image -> name != null && name.equals(image.annotations().get(Annotations.REF_NAME)))
            .toList();
    if (named.stream().map(Descriptor::digest).distinct().count() > 1) {
      throw new VerificationException(
          directory
              + " holds several images with the name "
              + name
              + ". Give each one its own name.");
    }
    return named.stream()
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    directory
                        + (name == null
                            ? " holds " + images.size() + " images"
                            : " has no image " + name)
                        + ". Use oci:DIRECTORY:NAME with one of these names: "
                        + images.stream()
                            .map(
                                image ->
                                    image.annotations().getOrDefault(Annotations.REF_NAME, "?"))
                            .collect(Collectors.joining(", "))));
  }

  private ImageIndex index(Descriptor descriptor, Flaws flaws) throws IOException {
    Document document = document("index", descriptor, flaws);
    return ImageIndex.parse(document.bytes(), "index " + descriptor.digest());
  }

  private Manifest manifest(Descriptor descriptor, Flaws flaws) throws IOException {
    if (!MediaType.isManifest(descriptor.mediaType())) {
      flaws.add(
          "media-type",
          "manifest " + descriptor.digest(),
          "\"" + descriptor.mediaType() + "\" is not an image manifest");
    }
    Document document = document("manifest", descriptor, flaws);
    return Manifest.parse(document.bytes(), "manifest " + descriptor.digest());
  }

  private ImageConfig config(Manifest manifest, Flaws flaws) throws IOException {
    Descriptor descriptor = manifest.config();
    if (!Set.of(MediaType.CONFIG, MediaType.DOCKER_CONFIG).contains(descriptor.mediaType())) {
      flaws.add(
          "media-type",
          "configuration " + descriptor.digest(),
          "\"" + descriptor.mediaType() + "\" is not an image configuration");
    }
    Document document = document("configuration", descriptor, flaws);
    return ImageConfig.parse(document.bytes(), "configuration " + descriptor.digest());
  }

  private Document document(String kind, Descriptor descriptor, Flaws flaws) throws IOException {
    try (InputStream in = blob(descriptor)) {
      return Document.read(kind, descriptor, in, flaws);
    } catch (NoSuchFileException e) {
      String where = kind + " " + descriptor.digest();
      flaws.add("blob-missing", where, "there is no such blob");
      throw new VerificationException(
          where + ": the layout lacks this blob. Copy the image again.", e);
    }
  }

  private InputStream blob(Descriptor descriptor) throws IOException {
    Path file = blobs.path(descriptor.digest());
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(file.toString());
    }
    return blobs.open(descriptor.digest());
  }
}
