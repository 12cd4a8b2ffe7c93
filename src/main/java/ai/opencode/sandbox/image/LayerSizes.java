package ai.opencode.sandbox.image;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;

/**
 * The uncompressed sizes of an image's layers. A size is recorded in the cache, because it can only
 * be measured by decompressing the layer.
 */
final class LayerSizes {

  private static final String KIND = "sizes";
  private static final int FORMAT = 1;

  private final BlobStore blobs;
  private final Records<Long> sizes;

  LayerSizes(Cache cache) {
    this.blobs = cache.blobs();
    this.sizes = new Records<>(cache, KIND, FORMAT, new SizeCodec());
  }

  /** Returns the place of the record of a layer. */
  static RecordKey key(Digest layer) {
    return new RecordKey(KIND, layer);
  }

  long unpacked(Descriptor layer) throws IOException {
    return sizes.get(layer.digest(), () -> measured(layer));
  }

  private long measured(Descriptor layer) throws IOException {
    try (InputStream in =
        new BufferedInputStream(Files.newInputStream(blobs.file(layer.digest())), 1 << 16)) {
      // A layer with another compression than gzip causes an exception here.
      return layer.mediaType().equals(MediaType.LAYER)
          ? layer.size()
          : Gzip.inflating(in, "layer " + layer.digest())
              .transferTo(OutputStream.nullOutputStream());
    }
  }

  void remember(Descriptor layer, long bytes) throws IOException {
    sizes.keep(layer.digest(), bytes);
  }

  private static final class SizeCodec implements Records.Codec<Long> {

    @Override
    public void write(Long size, RecordWriter out) {
      out.number(size);
    }

    @Override
    public Long read(RecordReader in) throws IOException {
      return in.size();
    }
  }
}
