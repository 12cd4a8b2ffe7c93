package ai.opencode.sandbox.image;

import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** The manifest and the configuration of an image, as they are in a store. */
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
   * Returns the image that a build with these labels makes, which is this one but for the version
   * and the time. Both documents are written anew, because those of a former image may differ in
   * ways that the digest without a version does not cover: another time, another spelling, or more
   * fields.
   */
  Written labelled(SortedMap<String, String> labels, Instant created, BlobStore blobs)
      throws IOException {
    SortedMap<String, String> own = new TreeMap<>(config.labels());
    own.put(Annotations.VERSION, Objects.requireNonNull(labels.get(Annotations.VERSION)));
    return write(config.withLabels(own).withCreated(created), manifest, labels, blobs);
  }
}
