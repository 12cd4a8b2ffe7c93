package ai.opencode.sandbox.run;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * An image in the form of {@code docker save}, which every engine can load. The layers go in as
 * they are, compressed; engines look at the content.
 */
final class ImageArchive {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final LayoutImage image;
  private final String name;

  /**
   * @param name that the engine is to give to the image, with a tag
   */
  ImageArchive(LayoutImage image, String name) {
    this.image = image;
    this.name = name;
  }

  void loadInto(DockerClient client) throws IOException {
    try (PipedInputStream in = new PipedInputStream(1 << 16);
        PipedOutputStream out = new PipedOutputStream(in)) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                try (out) {
                  writeTo(out);
                } catch (IOException e) {
                  // The engine sees a cut archive, and says so.
                }
              });
      client.loadImageCmd(in).exec();
      writing.join();
    }
  }

  void writeTo(OutputStream out) throws IOException {
    BlobStore blobs = image.layout().blobs();
    Digest config = image.manifest().config().digest();
    try (TarWriter tar = new TarWriter(out)) {
      byte[] configuration = blobs.read(config);
      tar.write(file(config.hex() + ".json", configuration.length), configuration);
      Set<Digest> written = new LinkedHashSet<>();
      for (Descriptor layer : image.manifest().layers()) {
        if (written.add(layer.digest())) {
          try (InputStream content = blobs.open(layer.digest())) {
            tar.write(file(entry(layer), layer.size()), content);
          }
        }
      }
      byte[] manifest = manifest(config);
      tar.write(file("manifest.json", manifest.length), manifest);
      tar.finish();
    }
  }

  private byte[] manifest(Digest config) throws IOException {
    ArrayNode images = JSON.createArrayNode();
    ObjectNode only = images.addObject();
    only.put("Config", config.hex() + ".json");
    only.putArray("RepoTags").add(name);
    ArrayNode layers = only.putArray("Layers");
    image.manifest().layers().forEach(layer -> layers.add(entry(layer)));
    return JSON.writeValueAsBytes(images);
  }

  private static String entry(Descriptor layer) {
    return layer.digest().hex() + "/layer.tar";
  }

  private static TarEntry.File file(String path, long size) {
    return new TarEntry.File(path, Attributes.of(0644), size);
  }
}
