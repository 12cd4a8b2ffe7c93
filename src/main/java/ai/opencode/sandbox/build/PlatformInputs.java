package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.KeyFiles;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Ahead;
import ai.opencode.sandbox.evidence.EvidenceRecords;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.BaseFetcher;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.fetch.IndexFetcher;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.rootfs.BaseLayerScan;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.Upstream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The inputs of a platform's images: base image, its keys, and the repositories' indexes. Files of
 * the base and indexes are read when they are first needed.
 */
final class PlatformInputs implements AutoCloseable {

  private static final String KEYS = "etc/apk/keys/";

  private enum Read {
    BASE,
    INDEXES
  }

  private final Platform platform;
  private final Upstream upstream;
  private final FetchedBase base;
  private final Cache cache;
  private final Origin origin;
  private final Progress progress;
  private final Choices choices;
  private final Ahead<Read, Root> root = new Ahead<>();
  private final Ahead<Read, RootDatabase> database = new Ahead<>();
  private final Ahead<Read, List<Repository>> repositories = new Ahead<>();
  private final Map<PlannedImage, LockedInputs> lockedInputs = new ConcurrentHashMap<>();

  /**
   * The user's choices about the inputs.
   *
   * @param basePackages the treatment of the base's packages; empty if the lock decides
   * @param trusted the keys that may sign indexes beside those in the base image
   */
  record Choices(Optional<BasePackages> basePackages, List<RepositoryKey> trusted) {

    Choices {
      trusted = List.copyOf(trusted);
    }
  }

  /**
   * Creates inputs that are not read yet.
   *
   * @param base the base image, whose layers are in the cache
   * @param origin the source of the indexes
   */
  PlatformInputs(
      Platform platform,
      Upstream upstream,
      FetchedBase base,
      Cache cache,
      Origin origin,
      Progress progress,
      Choices choices) {
    this.platform = platform;
    this.choices = choices;
    this.upstream = upstream;
    this.base = base;
    this.cache = cache;
    this.origin = origin;
    this.progress = progress;
  }

  Platform platform() {
    return platform;
  }

  Upstream upstream() {
    return upstream;
  }

  FetchedBase base() {
    return base;
  }

  /** Returns the digests of the base image's documents: index, manifest and configuration. */
  List<Digest> baseDocuments() throws IOException {
    List<Digest> layers = base.blobs().stream().map(Descriptor::digest).toList();
    return baseBlobs().stream().filter(each -> !layers.contains(each)).toList();
  }

  /** Returns the digests of all blobs of the base image for this platform. */
  List<Digest> baseBlobs() throws IOException {
    return BaseFetcher.blobs(cache.blobs(), base.root(), platform);
  }

  /** Returns the base image's file system. */
  Root root() throws IOException {
    return root.get(
        Read.BASE,
        () -> {
          BaseRoots known = new BaseRoots(cache);
          Optional<Root> recorded = known.find(base.manifest());
          if (recorded.isPresent()) {
            for (Descriptor layer : base.blobs()) {
              cache.blobs().verify(layer.digest());
            }
            return recorded.get();
          }
          progress.step(Stage.LAYER, "reading the files of the base");
          Root read =
              BaseLayerScan.of(base.layers(), cache.blobs(), new EvidenceRecords(cache)::keep);
          known.keep(base.manifest(), read);
          return read;
        });
  }

  /** Returns the packages of the base image. */
  RootDatabase database() throws IOException {
    return database.get(Read.BASE, () -> RootDatabase.of(root()));
  }

  /** Returns the trusted keys in the base image. */
  KeyFiles keys() throws IOException {
    KeyFiles keys = KeyFiles.none();
    for (Map.Entry<String, Node> each : root().nodes().tailMap(KEYS).entrySet()) {
      String path = each.getKey();
      if (!path.startsWith(KEYS)) {
        break;
      }
      byte[] content = each.getValue().content();
      if (path.endsWith(".pub") && content != null) {
        keys = keys.with(path.substring(KEYS.length()), content);
      }
    }
    return keys;
  }

  /** Returns the keys of the image: those in the base image and the user's own. */
  Keyring imageKeys() throws IOException {
    KeyFiles keys = new BaseKeys(cache).of(base.manifest(), this::keys);
    for (RepositoryKey key : own().keys()) {
      keys = keys.with(key);
    }
    return keys.ring();
  }

  /** Returns the fingerprints of the keys in the base image, by file name. */
  SortedMap<String, Digest> baseFingerprints() throws IOException {
    return keys().ring().fingerprints();
  }

  /** Returns the user's own repositories and keys, which the image gets beside the base's. */
  OwnSources own() {
    return upstream.own();
  }

  /**
   * Returns the fingerprints of the keys of the image, by file name: those in the base image and
   * the user's own.
   *
   * @throws UsageException if a key of the user has the name of another key in the base image
   */
  SortedMap<String, Digest> keyFingerprints() throws IOException {
    SortedMap<String, Digest> all = new TreeMap<>(baseFingerprints());
    own().fingerprints().forEach((name, fingerprint) -> add(all, name, fingerprint));
    return all;
  }

  private void add(SortedMap<String, Digest> keys, String name, Digest fingerprint) {
    Digest other = keys.putIfAbsent(name, fingerprint);
    if (other != null && !other.equals(fingerprint)) {
      throw new UsageException(
          "The base image "
              + base.name()
              + " has another key "
              + name
              + " ("
              + other
              + ") than --key names ("
              + fingerprint
              + "), and keys of one name would replace each other. Give your key another name, and"
              + " sign with that name.");
    }
  }

  private Keyring keyring() throws IOException {
    KeyFiles keys = keys();
    SortedMap<String, Digest> known = new TreeMap<>(keys.ring().fingerprints());
    for (RepositoryKey key : choices.trusted()) {
      add(known, key.name(), key.fingerprint());
      keys = keys.with(key);
    }
    if (keys.isEmpty()) {
      throw new VerificationException(
          "The base image "
              + base.name()
              + " has no keys in /etc/apk/keys, so no package can be trusted. Use an Alpine image.");
    }
    return keys.ring();
  }

  /** Starts reading the indexes in the background. */
  void beginRepositories() {
    repositories.begin(Read.INDEXES, this::readIndexes);
  }

  /**
   * Returns the upstream's repositories with their packages.
   *
   * @throws VerificationException if none of the base image's keys and the user's own signed an
   *     index
   */
  List<Repository> repositories() throws IOException {
    return repositories.get(Read.INDEXES, this::readIndexes);
  }

  /** Returns the result of {@link #repositories}; empty if that was not called. */
  Optional<List<Repository>> repositoriesRead() throws IOException {
    return repositories.find(Read.INDEXES);
  }

  private List<Repository> readIndexes() throws IOException {
    IndexFetcher fetcher = new IndexFetcher(origin);
    List<Repository> read = new ArrayList<>();
    for (RepositoryLine line : upstream.repositories()) {
      progress.step(Stage.RESOLVE, "reading the index of " + line.location());
      Repository plain = fetcher.fetch(line.location(), platform.apkArchitecture(), this::keyring);
      read.add(new Repository(plain.location(), line.tag(), plain.packages()));
    }
    return List.copyOf(read);
  }

  /** Returns the inputs that a lock's entry for an image must match. */
  LockedInputs lockedInputs(PlannedImage planned) {
    return lockedInputs.computeIfAbsent(
        planned,
        each ->
            LockedInputs.of(each.definition(), base.manifest(), choices.basePackages())
                .withOwn(own()));
  }

  @Override
  public void close() {
    repositories.close();
    database.close();
    root.close();
  }
}
