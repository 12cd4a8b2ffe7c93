package ai.opencode.sandbox.image;

import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** The documents of an image in a store. */
record Written(Descriptor descriptor, Manifest manifest, ImageConfig config) {

  /** Reads the documents of a manifest. */
  static Written read(Descriptor descriptor, BlobStore blobs) throws IOException {
    Manifest manifest = Manifest.parse(blobs.read(descriptor.digest()), "the finished manifest");
    return new Written(
        descriptor,
        manifest,
        ImageConfig.parse(blobs.read(manifest.config().digest()), "the finished configuration"));
  }

  /** Writes an image with a configuration and with the annotations that labels imply. */
  static Written write(
      ImageConfig config, Manifest layers, Map<String, String> labels, BlobStore blobs)
      throws IOException {
    Manifest manifest =
        new Manifest(
            blobs.put(MediaType.CONFIG, config.toJson()),
            layers.layers(),
            Labels.annotations(labels));
    return new Written(blobs.put(MediaType.MANIFEST, manifest.toJson()), manifest, config);
  }

  /**
   * Returns the same image with the version in these labels, all others of which it has. It is the
   * image that a build with these labels makes.
   */
  Written labelled(SortedMap<String, String> labels, BlobStore blobs) throws IOException {
    String version = Objects.requireNonNull(labels.get(Annotations.VERSION));
    if (version.equals(config.labels().get(Annotations.VERSION))) {
      return this;
    }
    SortedMap<String, String> own = new TreeMap<>(config.labels());
    own.put(Annotations.VERSION, version);
    return write(config.withLabels(own), manifest, labels, blobs);
  }
}
