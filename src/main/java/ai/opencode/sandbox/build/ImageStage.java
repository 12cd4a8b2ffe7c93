package ai.opencode.sandbox.build;

import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.image.AssembledImage;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.image.ImageSoftware;
import ai.opencode.sandbox.image.InheritedSoftware;
import ai.opencode.sandbox.image.Labels;
import ai.opencode.sandbox.image.StagedRoot;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.records.Borrowing;
import ai.opencode.sandbox.records.CarriedRecords;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The last stage of a platform's build, which makes finished images. It finds the image that an
 * earlier build made from the same locked inputs, or has the layers made and lets Jib add the rest.
 */
final class ImageStage {

  private final PlatformInputs inputs;
  private final LockSession lock;
  private final LayerStage layers;
  private final ImageAssembly assembly;
  private final Options options;
  private final Progress progress;
  private final RecordsStage records;
  private final Borrowing borrowing;
  private final Map<PlannedImage, AssembledImage> assembled = new HashMap<>();
  private final Map<PlannedImage, FinishedImage> finished = new HashMap<>();
  private final Map<PlannedImage, ImageContents> contents = new HashMap<>();

  /**
   * The inputs of an image besides its definition and its packages.
   *
   * @param stamp version and creation time
   * @param strictScripts whether unknown scripts are an error; a strict build must not reuse an
   *     image that was built without this check
   */
  record Options(ImageStamp stamp, boolean strictScripts) {}

  /** The programs that the stage uses for all of its images. */
  record Tools(
      ImageAssembly assembly, RecordsStage records, Borrowing borrowing, Progress progress) {}

  ImageStage(
      PlatformInputs inputs, LockSession lock, LayerStage layers, Tools tools, Options options) {
    this.inputs = inputs;
    this.lock = lock;
    this.layers = layers;
    this.assembly = tools.assembly;
    this.records = tools.records;
    this.borrowing = tools.borrowing;
    this.progress = tools.progress;
    this.options = options;
  }

  /**
   * Makes an image, or finds it in the cache if the lock names all of its inputs; a second call
   * returns the same.
   *
   * @throws ai.opencode.sandbox.failure.LockException if the build is locked and the lock expects
   *     another result
   */
  FinishedImage image(PlannedImage planned) throws IOException {
    FinishedImage known = finished.get(planned);
    if (known != null) {
      return known;
    }
    Optional<MadeFrom> settled = settled(planned);
    if (settled.isPresent()) {
      Optional<FinishedImage> made = recall(planned, settled.get());
      if (made.isEmpty() && borrowing.look()) {
        made = recall(planned, settled.get());
      }
      if (made.isPresent()) {
        return recalled(planned, settled.get().inputs(), made.get());
      }
    }
    return assemble(planned).image();
  }

  private Optional<FinishedImage> recall(PlannedImage planned, MadeFrom from) throws IOException {
    Recipe recipe = recipe(from);
    // An entry in a lock names the image's records. Without these in the cache, the image is made
    // again: they consist of the records of its layers, which may be missing too.
    if (lock.isKept() && records.known(ImageAssembly.place(recipe)).isEmpty()) {
      return Optional.empty();
    }
    return assembly
        .recall(recipe, labels(planned))
        // A record of a former image may be forged and name another image than the lock.
        .filter(
            image -> !borrowing.isUnproved() || image.versionless().equals(from.inputs().result()));
  }

  private FinishedImage recalled(PlannedImage planned, LockedImage locked, FinishedImage image)
      throws IOException {
    progress
        .of(planned.name(), planned.platform())
        .done(Stage.IMAGE, title(planned, image) + " (nothing has changed)");
    finished.put(planned, image);
    lock.keep(planned, locked, result(planned, image), locked);
    return image;
  }

  /** Returns the result of an image, which has been made, for the lock. */
  private LockedResult result(PlannedImage planned, FinishedImage image) throws IOException {
    return new LockedResult(image.versionless(), records(planned).facts().digest());
  }

  /**
   * Returns the records of an image and of its parents, in this order; none if no lock could prove
   * them.
   */
  List<CarriedRecords> carried(PlannedImage planned) throws IOException {
    List<CarriedRecords> all = new ArrayList<>();
    if (lock.isKept()) {
      for (PlannedImage each = planned; each != null; each = each.parent()) {
        CarriedRecords carried = records(each);
        lock.compareRecords(each, carried.facts().digest());
        all.add(carried);
      }
    }
    return all;
  }

  private CarriedRecords records(PlannedImage planned) throws IOException {
    RecordKey place = ImageAssembly.place(recipe(madeFrom(planned)));
    Optional<CarriedRecords> known = records.known(place);
    if (known.isPresent()) {
      return known.get();
    }
    PlannedImage parent = planned.parent();
    return records.write(
        planned,
        place,
        image(planned),
        parent == null ? Optional.empty() : Optional.of(image(parent)),
        contents(planned).inputs().packages());
  }

  /** Returns the inputs of an image that {@link #image} has returned, or of a parent of one. */
  ImageContents contents(PlannedImage planned) {
    ImageContents made = contents.get(planned);
    return made != null
        ? made
        : new ImageContents(
            lock.settled(planned, inputs.lockedInputs(planned)).orElseThrow(),
            ImageContents.Proof.LOCK,
            planned.definition().npm(),
            Optional.ofNullable(planned.parent()).map(this::contents));
  }

  private static String title(PlannedImage planned, FinishedImage image) {
    return planned.name() + "@" + image.manifest().digest();
  }

  private AssembledImage assemble(PlannedImage planned) throws IOException {
    AssembledImage known = assembled.get(planned);
    if (known != null) {
      return known;
    }
    PlannedImage parent = planned.parent();
    AssembledImage below = parent == null ? null : assemble(parent);
    LayeredImage layered = layers.layered(planned);
    // Jib uses at most one processor; the others make the child images' layers meanwhile.
    layers.beginChildrenOf(planned);
    progress.of(planned.name(), planned.platform()).step(Stage.IMAGE, planned.name());
    AssembledImage image =
        assembly.assemble(planned.definition(), staged(layered, below), labels(planned));
    progress
        .of(planned.name(), planned.platform())
        .done(Stage.IMAGE, title(planned, image.image()));
    LockedImage from = inputsOf(planned, layered);
    contents.put(
        planned,
        new ImageContents(
            from,
            layered.fetched().resolved().proof(),
            planned.definition().npm(),
            Optional.ofNullable(parent).map(this::contents)));
    // If the lock names all inputs of the image, it may name the result to expect too.
    LockedImage expected = settled(planned).map(MadeFrom::inputs).orElse(null);
    assembled.put(planned, image);
    finished.put(planned, image.image());
    if (lock.isKept()) {
      assembly.remember(recipe(madeFrom(planned)), image.image());
      lock.keep(planned, from, result(planned, image.image()), expected);
    }
    return image;
  }

  private StagedRoot staged(LayeredImage layered, @Nullable AssembledImage below)
      throws IOException {
    FetchedBase base = inputs.base();
    List<Descriptor> layersBelow = below == null ? base.blobs() : below.image().blobs();
    ImageConfig config = below == null ? base.config() : below.config();
    return new StagedRoot(
        layersBelow,
        (layered.root().scripts().trustsOwnAuthorities() ? OwnAuthorities.in(config) : config)
            .withCreated(created(layered)),
        layered.layers(),
        layered.files(),
        inherited(layered, below));
  }

  /** Returns the packages of an image that are not in its own layers. */
  private ImageSoftware inherited(LayeredImage layered, @Nullable AssembledImage below)
      throws IOException {
    ImageSoftware before =
        below == null
            ? InheritedSoftware.ofBase(inputs.database().installed(), inputs.base().blobs())
            : below.image().software();
    return InheritedSoftware.from(
        before,
        layered.database().installed(),
        layered.layers().stream().map(StagedLayer::planned).toList());
  }

  /**
   * Returns the creation time of an image. The build date of its newest package depends on its
   * inputs alone, so making the lock again does not change the time.
   */
  private Instant created(LayeredImage layered) {
    Instant given = options.stamp.creationTime();
    return given != null
        ? given
        : Instant.ofEpochSecond(
            layered.database().installed().packages().stream()
                .mapToLong(each -> each.pkg().buildSeconds())
                .filter(each -> each <= ImageStamp.MAX_CREATION_SECONDS)
                .max()
                .orElse(0));
  }

  /** Returns the inputs of an image in the form of a lock, without a result. */
  private LockedImage inputsOf(PlannedImage planned, LayeredImage layered) throws IOException {
    LockedInputs locked = inputs.lockedInputs(planned);
    return new LockedImage(
        lockedBase(planned),
        locked.requested(),
        layered.fetched().locked(),
        layered.fetched().resolved().removed(),
        locked.npmLock(),
        null);
  }

  private @Nullable LockedBase lockedBase(PlannedImage planned) throws IOException {
    FetchedBase base = inputs.base();
    return planned.parent() == null && base.reference() != null
        ? new LockedBase(
            base.reference(),
            base.manifest(),
            inputs.keyFingerprints(),
            lock.basePackages(planned, inputs.lockedInputs(planned)),
            inputs.own())
        : null;
  }

  /**
   * An image with the inputs that it is made from.
   *
   * @param below the same of its parent; empty for an image on the base image
   */
  private record MadeFrom(PlannedImage planned, LockedImage inputs, Optional<MadeFrom> below) {}

  /** Returns the inputs of a finished image. */
  private MadeFrom madeFrom(PlannedImage planned) {
    return new MadeFrom(
        planned,
        contents(planned).inputs(),
        Optional.ofNullable(planned.parent()).map(this::madeFrom));
  }

  /**
   * Returns the lock's entries for an image and its parents; empty unless the lock has a matching
   * entry for each of them.
   */
  private Optional<MadeFrom> settled(PlannedImage planned) {
    Optional<LockedImage> locked = lock.settled(planned, inputs.lockedInputs(planned));
    PlannedImage parent = planned.parent();
    if (locked.isEmpty() || parent == null) {
      return locked.map(own -> new MadeFrom(planned, own, Optional.empty()));
    }
    return settled(parent).map(below -> new MadeFrom(planned, locked.get(), Optional.of(below)));
  }

  /** Returns every input of an image. */
  private Recipe recipe(MadeFrom image) {
    return new SettledInputs(
            image.planned().definition(),
            locked(image),
            inputs.base().manifest(),
            inputs.own(),
            options.strictScripts,
            Optional.ofNullable(options.stamp.creationTime()))
        .recipe();
  }

  private SettledInputs.Settled locked(MadeFrom image) {
    return new SettledInputs.Settled(
        image.inputs().packages(),
        image.inputs().removed(),
        Labels.withoutVersion(labels(image.planned())),
        image.below().map(this::locked));
  }

  private SortedMap<String, String> labels(PlannedImage planned) {
    FetchedBase base = inputs.base();
    return Labels.of(
        planned.definition(),
        options.stamp.version(),
        inputs.upstream().kind(),
        base.name(),
        base.root());
  }
}
