package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An image in an OCI layout (OCI Image Layout Specification), for one platform.
 *
 * @param directory the layout's directory
 * @param name the image's name in the layout's {@code index.json}
 * @param descriptor the descriptor of the manifest
 */
public record LayoutImage(Path directory, String name, Descriptor descriptor, Manifest manifest) {

  static final String SCHEME = "oci:";

  /**
   * Finds {@code oci:DIRECTORY:NAME}, or {@code oci:DIRECTORY} if the layout has one image only.
   *
   * @throws UsageException if there is no such layout, no such image, or none for the platform
   */
  public static LayoutImage find(String reference, Platform platform) throws IOException {
    String text = reference.substring(SCHEME.length());
    int colon = text.indexOf(':');
    // The first colon after a directory's path: names have colons too (tools:1.2).
    while (colon >= 0 && !Files.isDirectory(Path.of(text.substring(0, colon)))) {
      colon = text.indexOf(':', colon + 1);
    }
    Path directory = Path.of(colon < 0 ? text : text.substring(0, colon));
    if (!Files.exists(directory.resolve("index.json"))) {
      throw new UsageException(
          "There is no OCI layout at "
              + directory
              + ". Build one with \"opencode-sandbox build --to oci:"
              + directory
              + "\", or write oci:DIRECTORY:NAME.");
    }
    OciLayout layout = new OciLayout(directory);
    Descriptor image = choose(layout, directory, colon < 0 ? null : text.substring(colon + 1));
    String name =
        Objects.requireNonNullElse(image.annotations().get(Annotations.REF_NAME), "image");
    Descriptor chosen = forPlatform(layout, image, platform, reference);
    byte[] json = layout.blobs().read(chosen.digest());
    return new LayoutImage(directory, name, chosen, Manifest.parse(json, reference));
  }

  private static Descriptor choose(OciLayout layout, Path directory, @Nullable String name)
      throws IOException {
    List<Descriptor> all = layout.index().manifests();
    List<String> names =
        all.stream()
            .map(each -> each.annotations().get(Annotations.REF_NAME))
            .filter(Objects::nonNull)
            .toList();
    if (name != null) {
      return layout
          .find(name)
          .orElseThrow(
              () ->
                  new UsageException(
                      "There is no image \""
                          + name
                          + "\" in "
                          + directory
                          + ". Name one of its images: "
                          + String.join(", ", names)
                          + "."));
    }
    if (all.size() != 1) {
      throw new UsageException(
          directory
              + (all.isEmpty() ? " has no images. Build one with" : " has several images. Write ")
              + (all.isEmpty()
                  ? " \"opencode-sandbox build --to " + SCHEME + directory + "\"."
                  : SCHEME + directory + ":NAME with one of: " + String.join(", ", names) + "."));
    }
    return all.get(0);
  }

  private static Descriptor forPlatform(
      OciLayout layout, Descriptor image, Platform platform, String reference) throws IOException {
    if (!MediaType.isIndex(image.mediaType())) {
      return image;
    }
    ImageIndex index = ImageIndex.parse(layout.blobs().read(image.digest()), reference);
    return index
        .forPlatform(platform, reference)
        .orElseThrow(
            () ->
                new UsageException(
                    reference
                        + " has no image for the engine's platform "
                        + platform
                        + ", only for "
                        + index.platformNames()
                        + ". Build it with --platform "
                        + platform
                        + "."));
  }

  public OciLayout layout() {
    return new OciLayout(directory);
  }
}
