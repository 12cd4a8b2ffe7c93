package ai.opencode.sandbox.export;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.oci.BlobContent;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.WholeFile;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Images in a file like that of {@code docker save}, which every engine can load. Layers are
 * written compressed, because engines recognize the compression, and a shared layer is written
 * once.
 */
public final class DockerArchive {

  /**
   * An image for one platform.
   *
   * @param manifest the image's manifest
   * @param names the image's names in an engine, with tags
   */
  public record NamedImage(Manifest manifest, List<String> names) {
    public NamedImage {
      names = List.copyOf(names);
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final BlobStore blobs;
  private final List<NamedImage> images;

  /**
   * Makes an archive that is not written yet.
   *
   * @param blobs the store with the content of all images
   */
  public DockerArchive(BlobStore blobs, List<NamedImage> images) {
    this.blobs = blobs;
    this.images = List.copyOf(images);
  }

  /** Writes a file atomically. */
  public void writeTo(Path file) throws IOException {
    WholeFile.write(file, this::writeTo);
  }

  public void writeTo(OutputStream out) throws IOException {
    try (TarWriter tar = new TarWriter(out)) {
      Set<Digest> written = new LinkedHashSet<>();
      for (NamedImage image : images) {
        Digest config = image.manifest().config().digest();
        if (written.add(config)) {
          byte[] configuration = blobs.read(config);
          tar.write(file(entry(config), configuration.length), configuration);
        }
        for (Descriptor layer : image.manifest().layers()) {
          if (written.add(layer.digest())) {
            try (BlobContent content = blobs.content(layer)) {
              tar.write(file(entry(layer), layer.size()), content.stream());
            }
          }
        }
      }
      byte[] manifest = manifest();
      tar.write(file("manifest.json", manifest.length), manifest);
      tar.finish();
    }
  }

  private byte[] manifest() throws IOException {
    ArrayNode array = JSON.createArrayNode();
    for (NamedImage image : images) {
      ObjectNode entry = array.addObject();
      entry.put("Config", entry(image.manifest().config().digest()));
      ArrayNode names = entry.putArray("RepoTags");
      image.names().forEach(names::add);
      ArrayNode layers = entry.putArray("Layers");
      image.manifest().layers().forEach(layer -> layers.add(entry(layer)));
    }
    return JSON.writeValueAsBytes(array);
  }

  private static String entry(Digest config) {
    return config.hex() + ".json";
  }

  private static String entry(Descriptor layer) {
    return layer.digest().hex() + "/layer.tar";
  }

  static TarEntry.File file(String path, long size) {
    return new TarEntry.File(path, Attributes.of(0644), size);
  }
}
