package ai.opencode.sandbox;

import ai.opencode.sandbox.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.Cache;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.NpmSettings;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Builds images from definitions, without container engine. Images are complete in the cache when
 * {@link #build} returns; {@link #send} copies them to where they are wanted, and {@link #jibBase}
 * gives them to Jib.
 *
 * <pre>{@code
 * var builder = new SandboxBuilder(BuildSettings.standard(), Progress.silent());
 * var images = builder.build(List.of(SandboxImages.developer().withName("acme/tools").withPackages("ripgrep")));
 * builder.send(images, Target.of("oci:images"));
 * }</pre>
 *
 * <p>Has no state but its settings: one may be used by several threads at once, and several with
 * other settings or caches beside each other. Interrupting a thread that builds or sends ends that
 * within moments, with an exception and the thread's interrupted status set; what was finished
 * stays in the cache, nothing else does, and no thread is left behind.
 */
public final class SandboxBuilder {

  /** A cache with more damaged files than this is better deleted as a whole. */
  private static final int MOST_REPAIRS = 20;

  private final BuildSettings settings;
  private final Progress progress;
  private final Supplier<NpmRegistry> npmRegistry;

  public SandboxBuilder(BuildSettings settings, Progress progress) {
    this.settings = settings;
    this.progress = progress;
    this.npmRegistry = new Once<>(() -> npmRegistry(settings));
  }

  /**
   * Makes images, with the parents that they need, in the order of {@code definitions}.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException one of its six kinds, where inputs,
   *     network or lock stand against it; nothing half-made is left behind
   */
  public List<BuiltImage> build(List<ImageDefinition> definitions) throws IOException {
    Cache cache = new Cache(settings.cache());
    for (int repairs = 0; ; repairs++) {
      try {
        return build(cache, definitions);
      } catch (DamagedFileException e) {
        if (settings.offline() || repairs == MOST_REPAIRS || !cache.discard(e.file())) {
          throw e;
        }
        progress.warn(e.file() + " was not what its name says; it is fetched or made again");
      }
    }
  }

  private List<BuiltImage> build(Cache cache, List<ImageDefinition> definitions)
      throws IOException {
    if (!Gzip.isReproducible()) {
      progress.warn(
          "This Java compresses with another zlib than most (zlib-ng?): the images work, but their"
              + " digests are not those of other machines");
    }
    ImageAssembly assembly = new ImageAssembly(cache);
    Map<ImageDefinition, List<FinishedImage>> finished = new LinkedHashMap<>();
    Map<ImageDefinition, List<BuiltPlatform>> built = new LinkedHashMap<>();
    try (Build build = new Build(settings, cache, assembly, npmRegistry, progress)) {
      for (Platform platform : settings.platforms()) {
        Build.OnPlatform onPlatform = build.on(platform, definitions);
        for (ImageDefinition definition : definitions) {
          long start = System.nanoTime();
          FinishedImage image = onPlatform.image(definition);
          long millis = (System.nanoTime() - start) / 1_000_000;
          finished.computeIfAbsent(definition, key -> new ArrayList<>()).add(image);
          built.computeIfAbsent(definition, key -> new ArrayList<>()).add(built(image, millis));
        }
      }
      build.writeLock();
      List<BuiltImage> images = new ArrayList<>();
      for (ImageDefinition definition : definitions) {
        List<FinishedImage> platforms = finished.getOrDefault(definition, List.of());
        Descriptor index = assembly.index(platforms);
        images.add(
            new BuiltImage(
                definition.name(),
                settings.version(),
                build.upstream().name(),
                build.upstream().publishable(),
                index,
                built.getOrDefault(definition, List.of()),
                platforms.stream().flatMap(each -> each.decisions().stream()).distinct().toList()));
      }
      return images;
    }
  }

  private static BuiltPlatform built(FinishedImage image, long millis) {
    return new BuiltPlatform(
        image.manifest(),
        image.layers(),
        image.compressedBytes(),
        image.diskBytes(),
        image.reusedLayers(),
        millis);
  }

  /**
   * Copies finished images to a target, under all their tags.
   *
   * @return one line for each image that says where it is now
   * @throws VerificationException where stand-in images are to leave this machine, or a version is
   *     published with other content
   */
  public List<String> send(List<BuiltImage> images, Target target) throws IOException {
    return send(images, target, Publication.standard());
  }

  /**
   * Copies finished images to a target.
   *
   * @param publication for registries; an OCI image layout knows names alone
   * @return one line for each image that says where it is now
   * @throws VerificationException where stand-in images are to leave this machine, or a version is
   *     published with other content
   */
  public List<String> send(List<BuiltImage> images, Target target, Publication publication)
      throws IOException {
    Cache cache = new Cache(settings.cache());
    List<String> lines = new ArrayList<>();
    if (target instanceof Target.OciFolder oci) {
      Map<String, Descriptor> byName = new TreeMap<>();
      images.forEach(image -> byName.put(image.name(), image.index()));
      new OciLayout(oci.folder()).put(cache.blobs(), byName);
      images.forEach(image -> lines.add(target + ":" + image.name()));
      return lines;
    }
    List<StoredImage> stored =
        images.stream().map(image -> StoredImage.of(image, cache.blobs())).toList();
    return new ImagePublisher(RegistryAccess.standard(), progress)
        .publish(stored, target, publication);
  }

  /**
   * A built image to go on with in Jib: for this machine's platform, or the only one that it has.
   *
   * @throws ai.opencode.sandbox.failure.UsageException where it is for several others
   */
  public JibBase jibBase(BuiltImage image) throws IOException {
    Platform only = image.platforms().get(0).manifest().platform();
    return jibBase(image, image.platforms().size() == 1 && only != null ? only : Platform.host());
  }

  /**
   * A built image to go on with in Jib.
   *
   * @throws ai.opencode.sandbox.failure.UsageException where it was not built for that platform
   */
  public JibBase jibBase(BuiltImage image, Platform platform) throws IOException {
    return JibBase.open(image, platform, new Cache(settings.cache()));
  }

  private static NpmRegistry npmRegistry(BuildSettings settings) {
    NpmSettings process = NpmSettings.ofProcess();
    if (settings.npmRegistry() == null) {
      return NpmRegistry.from(process);
    }
    Map<String, String> properties = new TreeMap<>(process.properties());
    properties.put(NpmRegistry.PROPERTY, settings.npmRegistry());
    return NpmRegistry.from(
        new NpmSettings(
            properties, process.environment(), process.workingDirectory(), process.home()));
  }
}
