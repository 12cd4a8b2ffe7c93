package ai.opencode.sandbox.image;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.oci.Descriptor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;

/** How large layers are uncompressed; remembered, because finding out means inflating them. */
final class LayerSizes {

  private static final String KIND = "sizes";

  private final Cache cache;

  LayerSizes(Cache cache) {
    this.cache = cache;
  }

  long unpacked(Descriptor layer) throws IOException {
    Optional<byte[]> known = cache.find(KIND, layer.digest().hex());
    if (known.isPresent()) {
      return Long.parseLong(new String(known.get(), StandardCharsets.US_ASCII));
    }
    long bytes;
    try (InputStream in =
        new BufferedInputStream(
            Files.newInputStream(cache.blobs().path(layer.digest())), 1 << 16)) {
      bytes =
          layer.mediaType().endsWith("gzip")
              ? Gzip.inflating(in, "layer " + layer.digest())
                  .transferTo(OutputStream.nullOutputStream())
              : layer.size();
    }
    remember(layer, bytes);
    return bytes;
  }

  void remember(Descriptor layer, long bytes) throws IOException {
    cache.keep(
        KIND, layer.digest().hex(), Long.toString(bytes).getBytes(StandardCharsets.US_ASCII));
  }
}
