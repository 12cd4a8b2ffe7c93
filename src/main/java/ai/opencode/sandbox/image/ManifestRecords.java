package ai.opencode.sandbox.image;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.util.Optional;

/**
 * Records of manifests in the cache. A manifest counts as absent if one of its blobs is missing.
 */
public final class ManifestRecords {

  private final BlobStore blobs;
  private final Records<Descriptor> records;

  /**
   * Opens the records of a kind.
   *
   * @param format the version of the format of whatever the manifests are about
   */
  public ManifestRecords(Cache cache, String kind, int format) {
    this.blobs = cache.blobs();
    this.records = new Records<>(cache, kind, format, new Codec());
  }

  /** Returns the manifest of a key. */
  public Optional<Descriptor> find(Digest key) throws IOException {
    Optional<Descriptor> known = records.find(key);
    return known.isPresent() && isWhole(known.get(), blobs) ? known : Optional.empty();
  }

  public void keep(Digest key, Descriptor manifest) throws IOException {
    records.keep(key, manifest);
  }

  /** Returns whether a manifest, and every blob that it names, is there. */
  static boolean isWhole(Descriptor manifest, BlobStore blobs) throws IOException {
    if (!blobs.contains(manifest.digest())) {
      return false;
    }
    Manifest content = read(manifest, blobs);
    return blobs.contains(content.config().digest())
        && content.layers().stream().allMatch(each -> blobs.contains(each.digest()));
  }

  static Manifest read(Descriptor manifest, BlobStore blobs) throws IOException {
    return Manifest.parse(blobs.read(manifest.digest()), "a cached manifest");
  }

  /** The digest and the size of a manifest. */
  static final class Codec implements Records.Codec<Descriptor> {

    @Override
    public void write(Descriptor manifest, RecordWriter out) {
      out.digest(manifest.digest()).number(manifest.size());
    }

    @Override
    public Descriptor read(RecordReader in) throws IOException {
      return Descriptor.of(MediaType.MANIFEST, in.digest(), in.size());
    }
  }
}
