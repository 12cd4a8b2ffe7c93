package ai.opencode.sandbox.records;

import ai.opencode.sandbox.attest.inputs.BuiltBill;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordList;
import ai.opencode.sandbox.fetch.PackageRecords;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.image.ImageLayer;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The writer of an image's records. The records cover only what the image adds to its parent. They
 * are sorted, and contain no version, time or name of a machine, so that the same image has the
 * same records everywhere.
 */
public final class RecordsWriter {

  private final Cache cache;
  private final ImageAssembly assembly;

  /**
   * An image whose records are in the cache.
   *
   * @param place the place of the record of the image
   * @param image the finished image
   * @param below the layers of the image that it is based on, which have records of their own; none
   *     for an image on the base image
   * @param packages its own packages
   * @param base the documents of its base image: index, manifest and configuration; empty for an
   *     image on a parent
   * @param more the places of further records for the facts
   * @param lists the places of the records that a build reads when something changes
   */
  public record Subject(
      RecordKey place,
      FinishedImage image,
      List<Descriptor> below,
      List<LockedPackage> packages,
      List<Digest> base,
      List<RecordKey> more,
      List<RecordKey> lists) {}

  public RecordsWriter(Cache cache, ImageAssembly assembly) {
    this.cache = cache;
    this.assembly = assembly;
  }

  /** Writes the records of an image as blobs into the cache, where a later build finds them. */
  public CarriedRecords write(Subject subject) throws IOException {
    Descriptor files =
        PackedDocument.write(
            CarriedRecords.FILES, RecordList.of(subject.lists, cache).toBytes(), cache.blobs());
    FactsDocument facts =
        new FactsDocument(
            subject.place, files, documents(subject), RecordList.of(keys(subject), cache));
    CarriedRecords carried =
        new CarriedRecords(
            PackedDocument.write(CarriedRecords.FACTS, facts.toBytes(), cache.blobs()), files);
    carried.keep(subject.place, cache);
    return carried;
  }

  private List<byte[]> documents(Subject subject) throws IOException {
    List<byte[]> documents = new ArrayList<>();
    for (Digest each : subject.base) {
      documents.add(cache.blobs().read(each));
    }
    return documents;
  }

  private List<RecordKey> keys(Subject subject) throws IOException {
    Set<Digest> below = new HashSet<>();
    subject.below.forEach(each -> below.add(each.digest()));
    List<RecordKey> keys = new ArrayList<>(subject.more);
    keys.add(subject.place);
    List<Descriptor> own = new ArrayList<>();
    for (ImageLayer each : subject.image.layers()) {
      if (!below.contains(each.blob().digest())) {
        own.add(each.blob());
        Optional<Digest> recipe = each.recipe();
        recipe.ifPresent(digest -> keys.add(Layering.place(digest)));
      }
    }
    keys.addAll(assembly.sizes(own));
    keys.addAll(BuiltBill.records(subject.image, below, cache));
    subject.packages.forEach(each -> keys.add(PackageRecords.headPlace(each.checksum())));
    return keys;
  }
}
