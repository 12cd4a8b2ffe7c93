package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.attest.AnAttestation;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A small finished image for all platforms, with the labels of real images. */
final class AStoredImage {

  private final String name;
  private final String version;
  private final String upstream;
  private final @Nullable String statement;

  private AStoredImage(String name, String version, String upstream, @Nullable String statement) {
    this.name = name;
    this.version = version;
    this.upstream = upstream;
    this.statement = statement;
  }

  static AStoredImage named(String name) {
    return new AStoredImage(name, "1.2.3", "official", null);
  }

  AStoredImage version(String newVersion) {
    return new AStoredImage(name, newVersion, upstream, statement);
  }

  AStoredImage madeFrom(String newUpstream) {
    return new AStoredImage(name, version, newUpstream, statement);
  }

  /** Adds a statement about each image to the index. */
  AStoredImage attested(String newStatement) {
    return new AStoredImage(name, version, upstream, newStatement);
  }

  StoredImage in(BlobStore blobs) throws IOException {
    Descriptor index = AnImage.forBothPlatforms(blobs, this::content);
    return StoredImage.read(
        name, blobs, statement == null ? index : AnAttestation.beside(blobs, index, statement));
  }

  /** Makes an image for one platform, without index. */
  StoredImage on(Platform platform, BlobStore blobs) throws IOException {
    Descriptor manifest = content(AnImage.on(platform)).in(blobs);
    return StoredImage.read(name, blobs, manifest);
  }

  private AnImage content(AnImage image) {
    return image
        .withFile("a", name)
        .withFile("b", "the same in all")
        .withLabels(
            version.isEmpty()
                ? Map.of(Annotations.UPSTREAM, upstream)
                : Map.of(Annotations.VERSION, version, Annotations.UPSTREAM, upstream));
  }
}
