package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.apk.solver.Resolution;
import ai.opencode.sandbox.apk.solver.Solver;
import ai.opencode.sandbox.apk.solver.SolverRequest;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.concurrent.Ahead;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.BaseFetcher;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.IndexFetcher;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.fetch.TarballCache;
import ai.opencode.sandbox.image.AssembledImage;
import ai.opencode.sandbox.image.DefinitionRecipe;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.image.ImageFiles;
import ai.opencode.sandbox.image.StagedRoot;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.lock.LockDifference;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.npm.NpmLock;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.rootfs.ApkDatabase;
import ai.opencode.sandbox.rootfs.LayerScan;
import ai.opencode.sandbox.rootfs.Root;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.Upstreams;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import ai.opencode.sandbox.upstream.archive.InputRecorder;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One build: the stages in their order, for every image and platform that is asked for. */
public final class Build implements AutoCloseable {

  /** To be raised with every change to what {@code lockedInputs} adds. */
  private static final int LOCKED_INPUTS = 1;

  private final BuildSettings settings;
  private final Cache cache;
  private final ImageAssembly assembly;
  private final Layering layering;
  private final Supply supply;
  private final PackageFetcher packages;
  private final TarballCache tarballs;
  private final Upstreams upstreams;
  private final Progress progress;
  private final @Nullable Relock relock;
  private final Optional<LockFile> writtenLock;
  private final Optional<LockFile> oldLock;
  private final Optional<ArchivedInputs> archived;
  private final LockObedience obedience;
  private final Ahead<Platform, List<Repository>> indexes = new Ahead<>();
  private final Ahead<Platform, Boolean> later = new Ahead<>();
  private final Ahead<List<Object>, LayeredImage> layeredImages = new Ahead<>();
  private final Ahead<List<Record>, NpmTree> npmTrees = new Ahead<>();
  private final Map<Platform, List<Repository>> readIndexes = new ConcurrentHashMap<>();
  private @Nullable Upstream upstream;
  private volatile @Nullable LockFile newLock;

  public Build(
      BuildSettings settings,
      Cache cache,
      ImageAssembly assembly,
      Supplier<NpmRegistry> npmRegistry,
      Supply supply,
      @Nullable Relock relock,
      Progress progress)
      throws IOException {
    this.settings = settings;
    this.cache = cache;
    this.assembly = assembly;
    this.progress = progress;
    this.layering = new Layering(cache, progress);
    this.supply = supply;
    this.packages = new PackageFetcher(cache, supply.origin(), progress);
    this.tarballs = new TarballCache(cache, supply.origin(), npmRegistry, progress);
    Supplier<URI> npmAddress = () -> npmRegistry.get().registry("npm");
    this.upstreams = new Upstreams(cache.folder(), npmAddress, settings.registries(), progress);
    this.relock = relock;
    this.writtenLock =
        settings.lockFile() == null || relock != null
            ? Optional.empty()
            : LockFile.read(settings.lockFile());
    this.archived = archived(settings, supply, writtenLock, relock);
    boolean archivesLock = writtenLock.isEmpty() && archived.isPresent() && relock == null;
    this.oldLock = archivesLock ? Optional.of(archived.get().lock()) : writtenLock;
    this.obedience =
        new LockObedience(
            archivesLock
                ? "the lock in " + settings.upstream()
                : String.valueOf(settings.lockFile()),
            settings.locked(),
            Gzip.isReproducible(),
            progress);
    oldLock.ifPresent(obedience::requireOfficialContent);
    archived.flatMap(inputs -> Optional.ofNullable(inputs.warning())).ifPresent(progress::warn);
    if (settings.locked() && oldLock.isEmpty()) {
      throw new LockException(
          "--locked, but there is no lock file " + settings.lockFile() + "; build without it once");
    }
  }

  private static Optional<ArchivedInputs> archived(
      BuildSettings settings, Supply supply, Optional<LockFile> written, @Nullable Relock relock)
      throws IOException {
    Optional<InputArchive> archive = supply.archive();
    return archive.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ArchivedInputs.of(
                settings,
                archive.get(),
                relock == null ? written : Optional.ofNullable(relock.kept())));
  }

  public Upstream upstream() {
    return Objects.requireNonNull(upstream, "nothing was built yet");
  }

  /** What was resolved and obeyed. */
  public LockFile lock() {
    LockFile lock = settled();
    for (Map.Entry<Platform, List<Repository>> each : readIndexes.entrySet()) {
      for (Repository repository : each.getValue()) {
        long newest =
            repository.packages().stream().mapToLong(ApkPackage::buildSeconds).max().orElse(0);
        if (newest > 0) {
          lock = lock.withNewest(each.getKey(), repository.location(), newest);
        }
      }
    }
    return lock;
  }

  private LockFile settled() {
    return Objects.requireNonNull(newLock, "nothing was built yet");
  }

  /**
   * Keeps what was resolved, where that is new, and may be built from again.
   *
   * @throws LockException where it goes back behind what was locked; nothing is written then
   */
  public void writeLock() throws IOException {
    if (settings.lockFile() == null
        || settings.locked()
        || relock != null
        || newLock == null
        || !upstream().lockable()) {
      return;
    }
    LockFile lock = lock();
    if (!Optional.of(lock).equals(writtenLock)) {
      if (writtenLock.isPresent() && !settings.allowDowngrade()) {
        LockDifference.between(writtenLock.get(), lock).requireForward();
      }
      lock.write(settings.lockFile());
      progress.done("lock", settings.lockFile() + " written");
    }
  }

  @Override
  public void close() {
    // First those that make the others begin something.
    layeredImages.close();
    later.close();
    layering.close();
    indexes.close();
    packages.close();
    tarballs.close();
  }

  /**
   * Settles on upstream and base image for a platform.
   *
   * @param definitions what will be asked for
   */
  public OnPlatform on(Platform platform, List<ImageDefinition> definitions) throws IOException {
    Upstream chosen = choose(platform);
    upstream = chosen;
    LockFile lock = newLock;
    if (lock == null) {
      lock =
          oldLock
              .filter(old -> old.upstream().equals(chosen.name()))
              .orElseGet(() -> LockFile.empty(chosen.name()));
      newLock = lock;
    }
    if (relock != null && relock.kept() != null) {
      relock.requireUpstream(chosen.name());
    }
    if (settings.locked()
        && oldLock.filter(old -> old.upstream().equals(chosen.name())).isEmpty()) {
      throw new LockException(
          "--locked, but "
              + settings.lockFile()
              + " was made from the upstream "
              + oldLock.map(LockFile::upstream).orElse("")
              + ", and this build uses "
              + chosen.name());
    }
    progress.done(
        "upstream",
        chosen.name() + (archived.isPresent() ? ", from the archive " + settings.upstream() : ""));
    return new OnPlatform(platform, chosen, definitions);
  }

  private Upstream choose(Platform platform) throws IOException {
    if (!(settings.upstream() instanceof UpstreamChoice.Kind kind)) {
      return archived.orElseThrow().on(platform);
    }
    boolean settled =
        kind == UpstreamChoice.Kind.AUTO
            && (relock == null ? oldLock : Optional.ofNullable(relock.kept()))
                .map(lock -> isSettledBy(lock, platform))
                .orElse(false);
    return upstreams.choose(
        kind,
        platform,
        settings.base(),
        settings.repositories(),
        settled ? Optional.of("the lock names the official upstream") : Optional.empty());
  }

  /**
   * Whether a lock leaves nothing to ask the network: it is to be obeyed whatever happens, or its
   * base image is here already.
   */
  private boolean isSettledBy(LockFile lock, Platform platform) {
    if (!lock.upstream().equals(Upstream.OFFICIAL)) {
      return false;
    }
    return settings.locked()
        || settings.offline()
        || lock.images().keySet().stream()
            .map(name -> lock.find(name, platform))
            .flatMap(Optional::stream)
            .map(LockedImage::baseManifest)
            .anyMatch(manifest -> manifest != null && cache.blobs().contains(manifest));
  }

  /** The images of one platform; parents are made once. */
  public final class OnPlatform {

    private final Platform platform;
    private final Upstream upstream;
    private final List<ImageDefinition> definitions;
    private final FetchedBase base;
    private final Map<ImageDefinition, AssembledImage> assembled = new LinkedHashMap<>();
    private @Nullable Root baseView;

    OnPlatform(Platform platform, Upstream upstream, List<ImageDefinition> definitions)
        throws IOException {
      this.platform = platform;
      this.upstream = upstream;
      this.definitions = definitions;
      progress.step("base", upstream.base().name());
      this.base = new BaseFetcher(cache, settings.registries()).fetch(lockedBase(), platform);
      progress.done("base", base.name() + "@" + base.root());
    }

    /**
     * The base image by the lock's digest, where the lock has one and the upstream only a tag,
     * which may have moved; or where a lock is updated in part.
     */
    private Upstream.BaseSource lockedBase() {
      if (!(upstream.base() instanceof Upstream.RegistryBase named)) {
        return upstream.base();
      }
      Optional<Reference> kept = relock == null ? Optional.empty() : relock.base(platform);
      if (kept.isEmpty() && named.reference().pinned().isEmpty()) {
        kept =
            settled()
                .base(platform)
                .filter(locked -> named.reference().equals(locked.withoutDigest()));
      }
      return kept.<Upstream.BaseSource>map(Upstream.RegistryBase::new).orElse(named);
    }

    /** Adds to an archive what a locked build does not read from the origin. */
    void complete(InputRecorder archive) throws IOException {
      repositories();
      archive.add(
          BaseFetcher.blobs(cache.blobs(), base.root(), platform), keys(baseView()), platform);
    }

    /** An image that the lock settles and that was made before costs no more than finding it. */
    public FinishedImage image(ImageDefinition definition) throws IOException {
      Optional<Recipe> inputs = lockedInputs(definition);
      Optional<FinishedImage> known =
          inputs.isPresent() ? assembly.recall(inputs.get()) : Optional.empty();
      if (known.isPresent()) {
        FinishedImage image = known.get();
        progress.done(
            "image",
            definition.name() + "@" + image.manifest().digest() + " (nothing has changed)");
        LockedImage locked = settled().find(definition.name(), platform).orElseThrow();
        keep(definition, locked.withResult(result(definition, image, locked)));
        return image;
      }
      FinishedImage image = assemble(definition).image();
      inputs = lockedInputs(definition);
      if (inputs.isPresent()) {
        assembly.remember(inputs.get(), image);
      }
      return image;
    }

    /** Everything that decides an image; empty where the lock does not settle it. */
    private Optional<Recipe> lockedInputs(ImageDefinition definition) {
      if (!upstream.lockable()) {
        return Optional.empty();
      }
      Recipe inputs = Recipe.of("locked inputs", LOCKED_INPUTS);
      for (ImageDefinition each = definition; each != null; each = each.parent()) {
        LockedImage locked =
            Objects.requireNonNull(newLock).find(each.name(), platform).orElse(null);
        if (locked == null || difference(each, locked) != null) {
          return Optional.empty();
        }
        inputs.add(locked.packages(), (to, apk) -> to.add(apk.checksum().hex()).add(apk.diffId()));
      }
      inputs.add(base.name()).add(base.root()).add(base.manifest());
      inputs.add(upstream.name()).add(settings.version());
      // What was made without looking at its scripts is no answer to somebody who does.
      inputs.add(settings.strictScripts());
      DefinitionRecipe.add(inputs, definition);
      return Optional.of(inputs);
    }

    private synchronized Root baseView() throws IOException {
      Root view = baseView;
      if (view == null) {
        progress.step("base", "reading its files");
        view = LayerScan.of(base.layers(), cache.blobs());
        baseView = view;
      }
      return view;
    }

    private AssembledImage assemble(ImageDefinition definition) throws IOException {
      AssembledImage known = assembled.get(definition);
      if (known != null) {
        return known;
      }
      ImageDefinition parent = definition.parent();
      LockedImage found = settled().find(definition.name(), platform).orElse(null);
      LockedImage expected = lockedInputs(definition).isPresent() ? found : null;
      AssembledImage below = parent == null ? null : assemble(parent);
      LayeredImage layered = layered(definition);
      // Jib needs one processor, and not all of that.
      for (ImageDefinition each : definitions) {
        if (definition.equals(each.parent())) {
          layeredImages.begin(key(each), () -> layer(each));
        }
      }
      progress.step("image", definition.name());
      StagedRoot staged =
          new StagedRoot(
              below == null ? base.layers() : below.image().layers(),
              below == null ? base.config() : below.config(),
              layered.root(),
              layered.npmLayers(),
              layered.files(),
              base.name(),
              base.root());
      AssembledImage image =
          assembly.assemble(definition, staged, settings.version(), upstream.name());
      progress.done("image", definition.name() + "@" + image.image().manifest().digest());
      if (upstream.lockable()) {
        List<LockedPackage> locked = layered.resolved().lock(layered.fetched());
        keep(definition, locked(definition, locked, image.image(), expected));
      }
      assembled.put(definition, image);
      return image;
    }

    private LayeredImage layered(ImageDefinition definition) throws IOException {
      return layeredImages.get(key(definition), () -> layer(definition));
    }

    private List<Object> key(ImageDefinition definition) {
      return List.of(platform, definition);
    }

    private LayeredImage layer(ImageDefinition definition) throws IOException {
      ImageDefinition parent = definition.parent();
      if (parent == null && fromLock(definition) == null) {
        // While the base image's files are read, the servers answer.
        indexes.begin(platform, this::readIndexes);
      }
      LayeredImage below = parent == null ? null : layered(parent);
      Root view = below == null ? baseView() : below.files().view();
      InstalledDatabase database =
          below == null ? ApkDatabase.of(view).installed() : below.root().database();
      if (below == null) {
        requireKnownKeys(definition, view);
      }

      ResolvedPackages resolved = resolve(definition, view, database);
      if (below == null) {
        later.begin(platform, () -> fetchAhead(resolved, view, database));
      }
      List<FetchedPackage> fetched = packages.fetch(resolved.packages());
      resolved.requireSame(fetched);
      progress.step("layer", definition.name());
      LayeredRoot root =
          layering.add(view, database, fetched, resolved.removed(), files(definition));
      reportUnknownScripts(root.unknownScripts());
      if (below == null) {
        layerAhead(root.view());
      }
      List<StagedLayer> npmLayers = npm(definition, root.view());
      List<StagedLayer> added = new ArrayList<>(root.layers());
      added.addAll(npmLayers);
      progress.done("layer", definition.name() + ": " + StagedLayer.summary(added));
      return new LayeredImage(resolved, fetched, root, npmLayers, ImageFiles.of(definition, root));
    }

    private void requireKnownKeys(ImageDefinition definition, Root view) throws IOException {
      LockedImage locked = settled().find(definition.name(), platform).orElse(null);
      if (locked != null && upstream.lockable()) {
        obedience.requireKnownKeys(
            base.name(), Keyring.of(keys(view)).fingerprints(), locked.keys());
      }
    }

    private static Map<String, String> files(ImageDefinition definition) {
      Map<String, String> files = new LinkedHashMap<>();
      definition.files().forEach(each -> files.put(each.path(), each.content()));
      return files;
    }

    /** Scripts are not run; what nobody has looked at may be missing from the image. */
    private void reportUnknownScripts(Map<String, String> scripts) {
      if (scripts.isEmpty()) {
        return;
      }
      List<String> found = new ArrayList<>();
      scripts.forEach((label, would) -> found.add(label + " would run " + would));
      if (settings.strictScripts()) {
        throw new VerificationException(
            "Installation scripts are not run, and what these do is not known: "
                + String.join("; ", found)
                + " (--strict-scripts); leave the packages out, or build without --strict-scripts"
                + " and do yourself what the scripts would have done");
      }
      found.forEach(
          each -> progress.warn(each + "; scripts are not run: check whether that is missed"));
    }

    private ResolvedPackages resolve(
        ImageDefinition definition, Root view, InstalledDatabase database) throws IOException {
      ResolvedPackages locked = fromLock(definition);
      if (locked != null) {
        return locked;
      }
      progress.step("resolve", definition.name());
      ResolvedPackages solved = solve(definition, view, database);
      progress.done("resolve", definition.name() + ": " + solved.packages().size() + " packages");
      return solved;
    }

    private @Nullable ResolvedPackages fromLock(ImageDefinition definition) {
      LockedImage locked =
          Objects.requireNonNull(newLock).find(definition.name(), platform).orElse(null);
      if (locked != null && upstream.lockable()) {
        String difference = difference(definition, locked);
        if (difference == null) {
          return ResolvedPackages.from(locked, platform);
        }
        if (settings.locked()) {
          throw new LockException(
              "--locked, but "
                  + settings.lockFile()
                  + " does not fit "
                  + definition.name()
                  + ": "
                  + difference
                  + "; build without --locked to update it");
        }
      } else if (settings.locked()) {
        throw new LockException(
            "--locked, but "
                + settings.lockFile()
                + " does not have "
                + definition.name()
                + " for "
                + platform
                + "; build without --locked to add it");
      }
      return null;
    }

    private ResolvedPackages solve(
        ImageDefinition definition, Root view, InstalledDatabase database) throws IOException {
      World world = World.parse(view.text("etc/apk/world").orElse(""));
      List<Dependency> wanted = world.with(definition.allPackages()).dependencies();
      List<ApkPackage> installed =
          new ArrayList<>(database.packages().stream().map(InstalledPackage::pkg).toList());
      List<Repository> all = repositories();
      Relock update = relock == null ? Relock.everything() : relock;
      List<ApkPackage> staying = update.staying(definition.name(), platform, all);
      installed.addAll(staying);
      List<Repository> offering = update.offering(definition.name(), platform, all);
      Resolution resolution =
          Solver.solve(new SolverRequest(offering, wanted, installed, Set.of()));
      return ResolvedPackages.from(resolution, staying, all, platform);
    }

    /**
     * While the first image is being made, what the others need is on its way.
     *
     * @return whether there are others
     */
    private boolean fetchAhead(ResolvedPackages now, Root view, InstalledDatabase database)
        throws IOException {
      boolean others = false;
      for (ImageDefinition definition : definitions) {
        NpmProject npm = definition.npm().orElse(null);
        if (npm != null) {
          tarballs.begin(npmTree(npm, view).packages());
        }
        if (definition.parent() != null) {
          others = true;
          ResolvedPackages needed = fromLock(definition);
          if (needed == null) {
            needed = solve(definition, view, database);
          }
          packages.begin(
              needed.packages().stream().filter(each -> !now.packages().contains(each)).toList());
        }
      }
      return others;
    }

    /**
     * Beside what takes one processor only: later images' npm layers need nothing but their tree.
     */
    private void layerAhead(Root view) throws IOException {
      for (ImageDefinition definition : definitions) {
        NpmProject npm = definition.npm().orElse(null);
        if (npm != null && definition.parent() != null) {
          layering.beginNpm(view, npmTree(npm, view), tarballs);
        }
      }
    }

    private @Nullable String difference(ImageDefinition definition, LockedImage locked) {
      if (!locked.requested().equals(definition.allPackages())) {
        return "it was made for the packages " + String.join(" ", locked.requested());
      }
      if (locked.baseManifest() != null && !locked.baseManifest().equals(base.manifest())) {
        return "it was made for the base image " + locked.base();
      }
      if (!Objects.equals(locked.npmLock(), npmLock(definition))) {
        return "package-lock.json has changed";
      }
      return null;
    }

    private List<Repository> repositories() throws IOException {
      return indexes.get(platform, this::readIndexes);
    }

    private List<Repository> readIndexes() throws IOException {
      IndexFetcher fetcher = new IndexFetcher(supply.origin());
      List<Repository> read = new ArrayList<>();
      for (String location : upstream.repositories()) {
        progress.step("resolve", "reading the index of " + location);
        read.add(fetcher.fetch(location, platform.apkArchitecture(), () -> keyring(baseView())));
      }
      readIndexes.put(platform, List.copyOf(read));
      return read;
    }

    private Keyring keyring(Root view) {
      Map<String, byte[]> keys = keys(view);
      if (keys.isEmpty()) {
        throw new VerificationException(
            "The base image "
                + base.name()
                + " has no keys in /etc/apk/keys, so no package can be trusted; use an Alpine base");
      }
      return Keyring.of(keys);
    }

    private Map<String, byte[]> keys(Root view) {
      Map<String, byte[]> keys = new LinkedHashMap<>();
      String folder = "etc/apk/keys/";
      view.nodes()
          .forEach(
              (path, node) -> {
                byte[] content = node.content();
                if (path.startsWith(folder) && path.endsWith(".pub") && content != null) {
                  keys.put(path.substring(folder.length()), content);
                }
              });
      return keys;
    }

    private List<StagedLayer> npm(ImageDefinition definition, Root view) throws IOException {
      NpmProject project = definition.npm().orElse(null);
      if (project == null) {
        return List.of();
      }
      NpmTree tree = npmTree(project, view);
      tarballs.fetch(tree.packages());
      progress.step("layer", definition.name() + ": npm packages");
      return layering.npm(view, tree, tarballs);
    }

    private NpmTree npmTree(NpmProject project, Root view) throws IOException {
      boolean musl =
          view.nodes().tailMap("lib/ld-musl-", true).keySet().stream()
              .findFirst()
              .filter(path -> path.startsWith("lib/ld-musl-"))
              .isPresent();
      String cpu = platform.npmCpu();
      NpmPlatform target = musl ? NpmPlatform.musl(cpu) : NpmPlatform.glibc(cpu);
      // Asked for by the fetching, the layering ahead, and the layering itself.
      return npmTrees.get(
          List.of(project, target),
          () -> {
            NpmLock lock = NpmLock.parse(project.packageLock(), "package-lock.json");
            lock.requireMadeFor(project.packageJson(), "package.json");
            return NpmTree.of(lock, target);
          });
    }

    private LockedImage locked(
        ImageDefinition definition,
        List<LockedPackage> packages,
        FinishedImage image,
        @Nullable LockedImage expected)
        throws IOException {
      boolean onBase = definition.parent() == null;
      LockedImage locked =
          new LockedImage(
              onBase ? base.reference() : null,
              onBase ? base.manifest() : null,
              onBase ? Keyring.of(keys(baseView())).fingerprints() : new TreeMap<>(),
              definition.allPackages(),
              packages,
              npmLock(definition),
              null);
      return locked.withResult(result(definition, image, expected));
    }

    private void keep(ImageDefinition definition, LockedImage locked) {
      newLock = settled().with(definition.name(), platform, locked);
    }

    private @Nullable Digest result(
        ImageDefinition definition, FinishedImage image, @Nullable LockedImage expected) {
      return obedience.result(definition.name() + " for " + platform, image, expected);
    }
  }

  private static @Nullable Digest npmLock(ImageDefinition definition) {
    return definition
        .npm()
        .map(npm -> Digest.sha256(npm.packageLock().getBytes(StandardCharsets.UTF_8)))
        .orElse(null);
  }
}
