package ai.opencode.sandbox.build;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.ArchivePlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The runs of the pipeline: for images, for a lock, or for an archive of inputs. */
public final class Builds {

  private final BuildSettings settings;
  private final Supplier<NpmRegistry> npmRegistry;
  private final Progress progress;

  /**
   * @param npmRegistry asked only when something has to be fetched from it
   */
  public Builds(BuildSettings settings, Supplier<NpmRegistry> npmRegistry, Progress progress) {
    this.settings = settings;
    this.npmRegistry = npmRegistry;
    this.progress = progress;
  }

  private Pipeline.Context context(Cache cache) throws IOException {
    Supply supply = Supply.of(settings, cache, progress);
    return new Pipeline.Context(settings, cache, supply, npmRegistry, progress);
  }

  private BuildPlan plan(List<ImageDefinition> definitions) {
    return BuildPlan.of(definitions, settings.platforms());
  }

  /**
   * Makes images, with those that they are based on, and writes the lock.
   *
   * @return one image for each definition, in their order
   * @throws ai.opencode.sandbox.failure.SandboxException where inputs, network or lock prevent it
   */
  public List<BuiltImage> images(Cache cache, List<ImageDefinition> definitions)
      throws IOException {
    if (!Gzip.isReproducible()) {
      progress.warn(
          "This Java compresses with another zlib than most (zlib-ng?): the images work, but their"
              + " digests are not those of other machines");
    }
    try (Pipeline pipeline = Pipeline.open(context(cache), LockMode.of(settings))) {
      Pipeline.Result result = pipeline.run(plan(definitions));
      result.lock().write();
      List<BuiltImage> images = new ArrayList<>();
      for (ImageDefinition definition : definitions) {
        List<Pipeline.Made> platforms =
            result.images().stream()
                .filter(made -> made.node().definition().equals(definition))
                .toList();
        images.add(built(definition, platforms, result, pipeline));
      }
      return images;
    }
  }

  private BuiltImage built(
      ImageDefinition definition,
      List<Pipeline.Made> platforms,
      Pipeline.Result result,
      Pipeline pipeline)
      throws IOException {
    List<FinishedImage> finished = platforms.stream().map(Pipeline.Made::image).toList();
    return new BuiltImage(
        definition.name(),
        settings.version(),
        result.upstream().kind(),
        pipeline.assembly().index(finished),
        platforms.stream().map(Builds::built).toList());
  }

  private static BuiltPlatform built(Pipeline.Made made) {
    FinishedImage image = made.image();
    return new BuiltPlatform(
        image.manifest(),
        image.layers(),
        image.sizes(),
        Optional.of(made.contents()),
        made.millis());
  }

  /**
   * Makes a lock of what the repositories have today, and writes nothing.
   *
   * @throws UsageException where only the stand-in is within reach, which is not locked
   */
  public LockFile lock(Cache cache, List<ImageDefinition> definitions) throws IOException {
    return lock(cache, definitions, new LockMode.Fresh());
  }

  /**
   * Brings a few packages of a lock up to date, and writes nothing.
   *
   * @param kept the lock whose other packages stay as far as the repositories still have them
   * @param moving names of the packages
   * @throws UsageException where the lock has no package of such a name, or is for another upstream
   */
  public LockFile lock(
      Cache cache, List<ImageDefinition> definitions, LockFile kept, Set<String> moving)
      throws IOException {
    return lock(cache, definitions, new LockMode.Update(kept, moving));
  }

  private LockFile lock(Cache cache, List<ImageDefinition> definitions, LockMode mode)
      throws IOException {
    // Data hashes and diff IDs are only known of packages that were fetched, so this is a build.
    try (Pipeline pipeline = Pipeline.open(context(cache), mode)) {
      return pipeline.run(plan(definitions)).lock().content();
    }
  }

  /**
   * Writes everything that the lock file names into an archive: a build from the lock, in an empty
   * cache, of which every input is kept.
   *
   * @throws ai.opencode.sandbox.failure.LockException where there is no lock file, or it does not
   *     settle the images, or something that it names no longer exists
   * @throws UsageException where the upstream is the stand-in
   */
  public Archived archive(Cache cache, List<ImageDefinition> definitions, ArchivePlace place)
      throws IOException {
    return new Archiving(settings, npmRegistry, progress).archive(cache, definitions, place);
  }
}
