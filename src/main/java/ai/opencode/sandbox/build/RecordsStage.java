package ai.opencode.sandbox.build;

import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.fetch.PackageRecords;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.records.CarriedRecords;
import ai.opencode.sandbox.records.RecordsWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The stage that writes the records of finished images, which a registry keeps beside them. */
final class RecordsStage {

  private final PlatformInputs inputs;
  private final NpmStage npm;
  private final RecordsWriter writer;
  private final Cache cache;

  RecordsStage(PlatformInputs inputs, NpmStage npm, ImageAssembly assembly, Cache cache) {
    this.inputs = inputs;
    this.npm = npm;
    this.writer = new RecordsWriter(cache, assembly);
    this.cache = cache;
  }

  /** Returns the records of an image that an earlier build, or a registry, has. */
  Optional<CarriedRecords> known(RecordKey place) throws IOException {
    return CarriedRecords.find(place, cache);
  }

  /**
   * Writes the records of an image, which this build has made: the cache has those of its packages.
   *
   * @param place the place of the cache's record of the image
   * @param below its parent; empty for an image on the base image
   * @param own its own packages, in the form of a lock
   */
  CarriedRecords write(
      PlannedImage planned,
      RecordKey place,
      FinishedImage image,
      Optional<FinishedImage> below,
      List<LockedPackage> own)
      throws IOException {
    boolean onBase = below.isEmpty();
    List<RecordKey> lists = new ArrayList<>(npm.scripts(planned, inputs.root()));
    if (onBase) {
      inputs.imageKeys();
      lists.add(BaseRoots.place(inputs.base().manifest()));
    }
    own.forEach(each -> lists.add(PackageRecords.filePlace(each.checksum())));
    return writer.write(
        new RecordsWriter.Subject(
            place,
            image,
            below.map(FinishedImage::blobs).orElse(List.of()),
            own,
            onBase ? inputs.baseDocuments() : List.of(),
            onBase ? List.of(BaseKeys.place(inputs.base().manifest())) : List.of(),
            lists));
  }
}
