package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarContent;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.oci.BlobSink;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Layers by what they are made from. Who asks for one with the same recipe gets the same layer,
 * without a byte being compressed.
 */
public final class LayerCache {

  private static final String KIND = "layers";

  private final Cache cache;

  LayerCache(Cache cache) {
    this.cache = cache;
  }

  /**
   * Finds a layer, or makes it.
   *
   * @param recipe everything that decides the layer's bytes
   */
  StagedLayer layer(String recipe, String createdBy, TarContent content) throws IOException {
    String all = Gzip.ENCODING + "\n" + recipe;
    String key = Digest.sha256(all.getBytes(StandardCharsets.UTF_8)).hex();
    Optional<StagedLayer> known = find(key, createdBy);
    if (known.isPresent()) {
      return known.get();
    }
    MessageDigest diffId = Digest.newSha256();
    try (BlobSink sink = cache.blobs().create()) {
      Counting counting;
      try (OutputStream gzip = Gzip.members(new LeftOpen(sink))) {
        counting = new Counting(new DigestOutputStream(gzip, diffId));
        TarWriter tar = new TarWriter(counting);
        content.writeTo(tar);
        tar.finish();
        counting.flush();
      }
      Digest digest = sink.commit();
      StagedLayer layer =
          new StagedLayer(
              Descriptor.of(MediaType.LAYER_GZIP, digest, sink.size()),
              Digest.from(diffId.digest()),
              counting.count,
              createdBy,
              StagedLayer.Origin.MADE);
      cache.keep(KIND, key, record(layer).getBytes(StandardCharsets.UTF_8));
      return layer;
    }
  }

  private static String record(StagedLayer layer) {
    return layer.blob().digest().hex()
        + " "
        + layer.blob().size()
        + " "
        + layer.diffId().hex()
        + " "
        + layer.unpackedBytes();
  }

  private Optional<StagedLayer> find(String key, String createdBy) throws IOException {
    Optional<byte[]> record = cache.find(KIND, key);
    if (record.isEmpty()) {
      return Optional.empty();
    }
    String[] words = new String(record.get(), StandardCharsets.UTF_8).split(" ", -1);
    if (words.length != 4) {
      return Optional.empty();
    }
    Digest digest = new Digest(words[0]);
    long size = Long.parseLong(words[1]);
    if (!cache.blobs().contains(digest) || Files.size(cache.blobs().path(digest)) != size) {
      return Optional.empty();
    }
    return Optional.of(
        new StagedLayer(
            Descriptor.of(MediaType.LAYER_GZIP, digest, size),
            new Digest(words[2]),
            Long.parseLong(words[3]),
            createdBy,
            StagedLayer.Origin.REUSED));
  }

  private static final class Counting extends FilterOutputStream {

    private long count;

    Counting(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      count++;
    }

    @Override
    public void write(byte[] bytes, int start, int length) throws IOException {
      out.write(bytes, start, length);
      count += length;
    }
  }

  /** A sink that is closed before it is committed takes its blob with it. */
  private static final class LeftOpen extends FilterOutputStream {

    LeftOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int start, int length) throws IOException {
      out.write(bytes, start, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
