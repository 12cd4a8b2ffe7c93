package ai.opencode.sandbox.build;

import ai.opencode.sandbox.build.BuildPlan.Node;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.image.AssembledImage;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.image.Labels;
import ai.opencode.sandbox.image.StagedRoot;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
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
  private final Map<Node, AssembledImage> assembled = new HashMap<>();
  private final Map<Node, ImageContents> contents = new HashMap<>();

  /**
   * The inputs of an image besides its definition and its packages.
   *
   * @param version the image's version in its labels
   * @param strictScripts whether unknown scripts are an error; a strict build must not reuse an
   *     image that was built without this check
   */
  record Options(String version, boolean strictScripts) {}

  ImageStage(
      PlatformInputs inputs,
      LockSession lock,
      LayerStage layers,
      ImageAssembly assembly,
      Options options,
      Progress progress) {
    this.inputs = inputs;
    this.lock = lock;
    this.layers = layers;
    this.assembly = assembly;
    this.options = options;
    this.progress = progress;
  }

  /**
   * Makes an image, or finds it in the cache if the lock names all of its inputs.
   *
   * @throws ai.opencode.sandbox.failure.LockException if the build is locked and the lock expects
   *     another result
   */
  FinishedImage image(Node node) throws IOException {
    Optional<List<Origin>> settled = settled(node);
    if (settled.isPresent()) {
      Optional<FinishedImage> made = assembly.recall(recipe(node, settled.get()));
      if (made.isPresent()) {
        return recalled(node, settled.get().get(0).inputs(), made.get());
      }
    }
    FinishedImage image = assemble(node).image();
    if (lock.isKept()) {
      List<Origin> origins = new ArrayList<>();
      for (Node each = node; each != null; each = each.parent()) {
        origins.add(new Origin(each, contents(each).inputs()));
      }
      assembly.remember(recipe(node, origins), image);
    }
    return image;
  }

  private FinishedImage recalled(Node node, LockedImage locked, FinishedImage image) {
    progress.done("image", title(node, image) + " (nothing has changed)");
    lock.keep(node, locked, image.versionless(), locked);
    return image;
  }

  /** Returns the inputs of an image that {@link #image} has returned, or of a parent of one. */
  ImageContents contents(Node node) {
    ImageContents made = contents.get(node);
    return made != null
        ? made
        : new ImageContents(
            lock.settled(node, inputs.lockedInputs(node)).orElseThrow(),
            ImageContents.Proof.LOCK,
            node.definition().npm(),
            Optional.ofNullable(node.parent()).map(this::contents));
  }

  private static String title(Node node, FinishedImage image) {
    return node.name() + "@" + image.manifest().digest();
  }

  private AssembledImage assemble(Node node) throws IOException {
    AssembledImage known = assembled.get(node);
    if (known != null) {
      return known;
    }
    Node parent = node.parent();
    AssembledImage below = parent == null ? null : assemble(parent);
    LayeredImage layered = layers.layered(node);
    // Jib uses at most one processor; the others make the child images' layers meanwhile.
    layers.beginChildrenOf(node);
    progress.step("image", node.name());
    AssembledImage image =
        assembly.assemble(node.definition(), staged(layered, below), labels(node));
    progress.done("image", title(node, image.image()));
    LockedImage from = inputsOf(node, layered);
    contents.put(
        node,
        new ImageContents(
            from,
            layered.fetched().resolved().proof(),
            node.definition().npm(),
            Optional.ofNullable(parent).map(this::contents)));
    // If the lock names all inputs of the image, it may name the result to expect too.
    LockedImage expected = settled(node).map(chain -> chain.get(0).inputs()).orElse(null);
    lock.keep(node, from, image.image().versionless(), expected);
    assembled.put(node, image);
    return image;
  }

  private StagedRoot staged(LayeredImage layered, @Nullable AssembledImage below) {
    FetchedBase base = inputs.base();
    List<Descriptor> layersBelow = below == null ? base.layers() : below.image().blobs();
    ImageConfig config = below == null ? base.config() : below.config();
    return new StagedRoot(
        layersBelow,
        layered.root().scripts().trustsOwnAuthorities() ? OwnAuthorities.in(config) : config,
        layered.layers(),
        layered.files());
  }

  /** Returns the inputs of an image in the form of a lock, without a result. */
  private LockedImage inputsOf(Node node, LayeredImage layered) throws IOException {
    LockedInputs locked = inputs.lockedInputs(node);
    return new LockedImage(
        lockedBase(node),
        locked.requested(),
        layered.fetched().locked(),
        layered.fetched().resolved().removed(),
        locked.npmLock(),
        null);
  }

  private @Nullable LockedBase lockedBase(Node node) throws IOException {
    FetchedBase base = inputs.base();
    return node.parent() == null && base.reference() != null
        ? new LockedBase(
            base.reference(),
            base.manifest(),
            inputs.keyFingerprints(),
            lock.basePackages(node, inputs.lockedInputs(node)))
        : null;
  }

  /** An image with the inputs that it is made from. */
  private record Origin(Node node, LockedImage inputs) {}

  /**
   * Returns the lock's entries for an image and then for its parents; empty unless the lock has a
   * matching entry for each of them.
   */
  private Optional<List<Origin>> settled(Node node) {
    List<Origin> settled = new ArrayList<>();
    for (Node each = node; each != null; each = each.parent()) {
      Optional<LockedImage> locked = lock.settled(each, inputs.lockedInputs(each));
      if (locked.isEmpty()) {
        return Optional.empty();
      }
      settled.add(new Origin(each, locked.get()));
    }
    return Optional.of(settled);
  }

  /**
   * Returns every input of an image.
   *
   * @param origins the image and those that it is based on, highest first
   */
  private Recipe recipe(Node node, List<Origin> origins) {
    List<SettledInputs.Settled> images =
        origins.stream()
            .map(
                each ->
                    new SettledInputs.Settled(
                        each.inputs().packages(), each.inputs().removed(), labels(each.node())))
            .toList();
    return new SettledInputs(
            node.definition(), images, inputs.base().manifest(), options.strictScripts)
        .recipe();
  }

  private SortedMap<String, String> labels(Node node) {
    FetchedBase base = inputs.base();
    return Labels.of(
        node.definition(), options.version, inputs.upstream().kind(), base.name(), base.root());
  }
}
