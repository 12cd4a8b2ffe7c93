package ai.opencode.sandbox.records;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.Descriptor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The records of an image as blobs, which the manifest of its statements lists.
 *
 * @param facts the records that are enough while nothing changes: of the image itself, its layers
 *     and the heads of its packages. They contain the digest of {@code files}, so that a lock that
 *     names the facts proves both
 * @param files the lists of the files of its packages, which a build reads when one of them changes
 */
public record CarriedRecords(Descriptor facts, Descriptor files) {

  /** The media type of a blob of facts, an invention of this product. */
  public static final String FACTS = "application/vnd.opencode.sandbox.facts.v1+gzip";

  /** The media type of a blob of lists of files. */
  public static final String FILES = "application/vnd.opencode.sandbox.files.v1+gzip";

  /** The kind of the cache's records of these blobs. */
  private static final String KIND = "carried";

  private static final int FORMAT = 1;

  /**
   * Returns the blobs of an image that a cache knows.
   *
   * @param image the place of the record of the image
   */
  public static Optional<CarriedRecords> find(RecordKey image, Cache cache) throws IOException {
    return known(cache)
        .find(image.key())
        .filter(
            each ->
                cache.blobs().contains(each.facts.digest())
                    && cache.blobs().contains(each.files.digest()));
  }

  void keep(RecordKey image, Cache cache) throws IOException {
    known(cache).keep(image.key(), this);
  }

  /**
   * Returns the record by which a cache finds these blobs.
   *
   * @param image the place of the record of the image
   */
  Map.Entry<RecordKey, byte[]> record(RecordKey image) {
    return Map.entry(
        new RecordKey(KIND, image.key()), Records.content(KIND, FORMAT, this, new Codec()));
  }

  private static Records<CarriedRecords> known(Cache cache) {
    return new Records<>(cache, KIND, FORMAT, new Codec());
  }

  /** Returns both blobs. */
  public List<Descriptor> blobs() {
    return List.of(facts, files);
  }

  /**
   * Returns the blobs with facts among the layers of manifests, those of an image first and then
   * those of its parents.
   */
  static List<Descriptor> facts(List<Descriptor> layers) {
    return layers.stream().filter(each -> each.mediaType().equals(FACTS)).toList();
  }

  /** Returns the blobs with lists of files among the layers of manifests. */
  static List<Descriptor> files(List<Descriptor> layers) {
    return layers.stream().filter(each -> each.mediaType().equals(FILES)).toList();
  }

  /**
   * Joins a blob with the lists of files that its facts name.
   *
   * @param layers the layers of the manifests that list the blob
   * @throws IOException if the lists are not among the layers
   */
  static CarriedRecords of(Descriptor blob, FactsDocument facts, List<Descriptor> layers)
      throws IOException {
    if (!layers.contains(facts.files())) {
      throw new IOException("the facts are about other lists of files");
    }
    return new CarriedRecords(blob, facts.files());
  }

  private static final class Codec implements Records.Codec<CarriedRecords> {

    @Override
    public void write(CarriedRecords carried, RecordWriter out) {
      out.digest(carried.facts.digest()).number(carried.facts.size());
      out.digest(carried.files.digest()).number(carried.files.size());
    }

    @Override
    public CarriedRecords read(RecordReader in) throws IOException {
      return new CarriedRecords(
          Descriptor.of(FACTS, in.digest(), in.size()),
          Descriptor.of(FILES, in.digest(), in.size()));
    }
  }
}
