package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarContent;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.evidence.EvidenceRecords;
import ai.opencode.sandbox.evidence.EvidenceScan;
import ai.opencode.sandbox.oci.BlobSink;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;

/** A cache of finished layers by recipe. A hit costs no compression. */
final class LayerCache {

  /** The format's version: raise it whenever the same recipe gives another blob. */
  static final int FORMAT = 1;

  private static final String KIND = "layers";

  private static final int RECORD_FORMAT = 1;

  private final BlobStore blobs;
  private final Records<Blob> records;
  private final EvidenceRecords evidence;

  /** A layer as the cache records it. */
  private record Blob(Digest digest, long size, Digest diffId, long unpackedBytes) {

    StagedLayer staged(PlannedLayer planned, Digest recipe, StagedLayer.Obtained obtained) {
      return new StagedLayer(
          Descriptor.of(MediaType.LAYER_GZIP, digest, size),
          diffId,
          unpackedBytes,
          planned,
          Optional.of(recipe),
          obtained);
    }
  }

  LayerCache(Cache cache) {
    this.blobs = cache.blobs();
    this.records = new Records<>(cache, KIND, RECORD_FORMAT, new BlobCodec());
    this.evidence = new EvidenceRecords(cache);
  }

  /** Returns the place of the record of a layer. */
  static RecordKey place(Digest recipe) {
    return new RecordKey(KIND, recipe);
  }

  /**
   * Returns a layer from the cache, or makes it.
   *
   * @param recipe every input that the content depends on
   */
  StagedLayer layer(Recipe recipe, PlannedLayer planned, TarContent content) throws IOException {
    Digest key = Recipe.of("layer", FORMAT).add(Gzip.ENCODING).add(recipe).digest();
    Optional<Blob> known = records.find(key);
    if (known.isPresent() && isThere(known.get())) {
      return known.get().staged(planned, key, StagedLayer.Obtained.REUSED);
    }
    Blob made = write(content);
    records.keep(key, made);
    return made.staged(planned, key, StagedLayer.Obtained.MADE);
  }

  private boolean isThere(Blob blob) throws IOException {
    return blobs.contains(blob.digest()) && blobs.size(blob.digest()) == blob.size();
  }

  private Blob write(TarContent content) throws IOException {
    MessageDigest diffId = Digest.newSha256();
    EvidenceScan scan = EvidenceScan.hashing();
    try (BlobSink sink = blobs.create()) {
      Counting counting;
      try (OutputStream gzip = Gzip.members(sink.content())) {
        counting = new Counting(new DigestOutputStream(gzip, diffId));
        TarWriter tar = new TarWriter(counting, scan);
        content.writeTo(tar);
        tar.finish();
        counting.flush();
      }
      Digest digest = sink.commit();
      evidence.keep(digest, scan.end());
      return new Blob(digest, sink.size(), Digest.from(diffId.digest()), counting.count);
    }
  }

  private static final class BlobCodec implements Records.Codec<Blob> {

    @Override
    public void write(Blob blob, RecordWriter out) {
      out.digest(blob.digest()).number(blob.size());
      out.digest(blob.diffId()).number(blob.unpackedBytes());
    }

    @Override
    public Blob read(RecordReader in) throws IOException {
      return new Blob(in.digest(), in.size(), in.digest(), in.size());
    }
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
}
