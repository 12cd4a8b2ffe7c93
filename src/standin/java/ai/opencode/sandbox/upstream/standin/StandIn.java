package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Amount;
import ai.opencode.sandbox.report.ByteSize;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * The generation of the stand-in, and its cache.
 *
 * <p>The cache, {@code <cache>/stand-in}, has three kinds of content: {@code packages/<key>.apk}
 * are single packages, by the key of their inputs; {@code <key>/} are finished repositories; {@code
 * known/<fingerprint>} records apt's last answer, so that an unchanged call does not run apt. Each
 * appears complete or not at all, so a killed run leaves nothing unusable, and concurrent runs do
 * not disturb each other.
 */
public final class StandIn {

  /** The age at which package lists that this product fetched itself are fetched again. */
  private static final Duration OWN_LISTS_AGE = Duration.ofDays(1);

  private static final long PORTION_BYTES = 25_000_000;

  private final Path cache;
  private final Platform platform;
  private final NpmDownload npm;
  private final Progress progress;

  private StandIn(Path cache, Platform platform, NpmDownload npm, Progress progress) {
    this.cache = cache;
    this.platform = platform;
    this.npm = npm;
    this.progress = progress;
  }

  /**
   * Generates the stand-in unless the cache has it.
   *
   * @param cacheDirectory the product's cache; the stand-in uses a directory of its own in it
   * @param npmRegistry address of the npm registry; evaluated only for a download
   * @param progress receives each longer step
   * @throws UsageException if the machine has no apt
   * @throws NetworkException if Debian's mirror or the npm registry cannot be reached
   * @throws VerificationException if a download does not match its checksum
   */
  public static StandInRepository prepare(
      Path cacheDirectory,
      Platform platform,
      Supplier<URI> npmRegistry,
      Network network,
      Progress progress)
      throws IOException {
    Path cache = cacheDirectory.toAbsolutePath().resolve("stand-in");
    NpmDownload npm = new NpmDownload(npmRegistry, network);
    return new StandIn(cache, platform, npm, progress).prepare(false);
  }

  /**
   * Returns the stand-in from the cache, regardless of its age.
   *
   * @throws NetworkException if the cache does not have it
   */
  public static StandInRepository cached(
      Path cacheDirectory, Platform platform, Supplier<URI> npmRegistry, Network network)
      throws IOException {
    Path cache = cacheDirectory.toAbsolutePath().resolve("stand-in");
    NpmDownload npm = new NpmDownload(npmRegistry, network);
    return new StandIn(cache, platform, npm, Progress.silent()).prepare(true);
  }

  private StandInRepository prepare(boolean offline) throws IOException {
    Path known = cache.resolve("known").resolve(fingerprint(platform));
    Optional<Path> repository = remembered(known, offline);
    if (repository.isPresent()) {
      return load(repository.get());
    }
    if (offline) {
      throw new NetworkException(
          "The stand-in for "
              + platform
              + " is not in the cache, and --offline forbids the download. Build once without"
              + " --offline.");
    }
    for (String directory : List.of("known", "packages", "tmp")) {
      Files.createDirectories(cache.resolve(directory));
    }
    try (RunDirectory work = RunDirectory.in(cache.resolve("tmp"))) {
      return load(make(known, work.path()));
    }
  }

  /** Returns a fingerprint of everything that apt's answer depends on, without running apt. */
  static String fingerprint(Platform platform) throws IOException {
    return Digest.sha256(
            String.join(
                "\n",
                "format " + PlannedPackage.FORMAT,
                platform.toString(),
                Resource.text("npm-pins.txt"),
                PackageTable.packages(platform).toString(),
                Apt.fingerprint()))
        .hex();
  }

  private Optional<Path> remembered(Path known, boolean ofAnyAge) throws IOException {
    if (!Files.exists(known)) {
      return Optional.empty();
    }
    String[] words = Files.readString(known).trim().split(" ", -1);
    // A second word says that this product fetched the lists. The machine's own lists do not age
    // here, because each change of them gives another fingerprint.
    boolean fresh =
        ofAnyAge
            || words.length < 2
            || Files.getLastModifiedTime(known)
                .toInstant()
                .isAfter(Instant.now().minus(OWN_LISTS_AGE));
    Path repository = cache.resolve(words[0]);
    return fresh && Files.isDirectory(repository) ? Optional.of(repository) : Optional.empty();
  }

  private StandInRepository load(Path repository) throws IOException {
    Path layout = repository.resolve("base");
    Descriptor base =
        new OciLayout(layout)
            .find(StandInRepository.BASE_NAME)
            .orElseThrow(
                () ->
                    new VerificationException(
                        repository + " has no base image. Delete it and build again."));
    return new StandInRepository(
        repository,
        StandInKey.NAME,
        Files.readAllBytes(repository.resolve(StandInKey.NAME)),
        layout,
        base);
  }

  private Path make(Path known, Path work) throws IOException {
    Apt apt = new Apt(work.resolve("apt"), platform);
    apt.requirePresent();
    Downloads downloads = new Downloads(apt, npm, work);
    try (Workshop workshop = new Workshop(cache.resolve("packages"), work, platform)) {
      // Node.js takes longest and does not depend on apt's answers, so it starts first.
      workshop.start(Plan.withoutDebian(platform, downloads).packages());
      step("asking apt for the versions of its packages");
      List<DebianSelection> selections = DebianSelection.of(PackageTable.packages(platform), apt);
      Plan plan = Plan.of(platform, selections, downloads);
      Path repository = cache.resolve(plan.key());
      if (!Files.isDirectory(repository)) {
        workshop.afterEach(() -> reportMade(plan, workshop));
        fetchAndStart(plan, downloads, workshop);
        workshop.finish();
        publish(assemble(plan, workshop, work.resolve("repository")), repository);
      }
      Path pointer = work.resolve("known");
      Files.writeString(pointer, plan.key() + (apt.hasOwnLists() ? " own-lists" : "") + "\n");
      Files.move(pointer, known, StandardCopyOption.ATOMIC_MOVE);
      return repository;
    }
  }

  private void reportMade(Plan plan, Workshop workshop) {
    int all = plan.packages().size();
    long made = plan.packages().stream().filter(workshop::has).count();
    step(made + "/" + all + " packages made");
    progress.amount(Stage.UPSTREAM, new Amount(Amount.Unit.FILES, made, all));
  }

  private void step(String detail) {
    progress.step(Stage.UPSTREAM, "stand-in: " + detail);
  }

  /** Fetches in portions, so that packages of one portion are made while the next is downloaded. */
  private void fetchAndStart(Plan plan, Downloads downloads, Workshop workshop) throws IOException {
    List<PlannedPackage> missing =
        plan.packages().stream()
            .filter(apk -> !workshop.has(apk) && plan.debs().containsKey(apk.name()))
            .sorted(PlannedPackage.LONGEST_FIRST)
            .toList();
    long bytes = missing.stream().mapToLong(PlannedPackage::weight).sum();
    if (!missing.isEmpty()) {
      step(
          "fetching "
              + bytes / 1_000_000
              + " MB from Debian for "
              + missing.size()
              + " packages, once");
    }
    List<PlannedPackage> portion = new ArrayList<>();
    long before = 0;
    long portionBytes = 0;
    for (PlannedPackage apk : missing) {
      portion.add(apk);
      portionBytes += apk.weight();
      if (portionBytes >= PORTION_BYTES) {
        fetchAndStart(portion, plan, downloads, workshop, arrived(before, bytes));
        before += portionBytes;
        portion.clear();
        portionBytes = 0;
      }
    }
    fetchAndStart(portion, plan, downloads, workshop, arrived(before, bytes));
    workshop.start(plan.packages());
  }

  private LongConsumer arrived(long before, long all) {
    return bytes ->
        step(
            String.format(
                Locale.ROOT,
                "fetched %.1f of %s of Debian packages",
                (before + bytes) / 1e6,
                ByteSize.megabytes(all)));
  }

  private static void fetchAndStart(
      List<PlannedPackage> portion,
      Plan plan,
      Downloads downloads,
      Workshop workshop,
      LongConsumer arrived)
      throws IOException {
    List<DebianPackage> debs = new ArrayList<>();
    portion.forEach(apk -> debs.addAll(plan.debs().getOrDefault(apk.name(), List.of())));
    downloads.fetch(debs, arrived);
    workshop.start(portion);
  }

  private Path assemble(Plan plan, Workshop workshop, Path directory) throws IOException {
    Path architecture = Files.createDirectories(directory.resolve(platform.apkArchitecture()));
    List<ApkPackage> index = new ArrayList<>();
    Map<String, Map.Entry<ApkPackage, Path>> byName = new LinkedHashMap<>();
    for (PlannedPackage apk : plan.packages()) {
      Path file = architecture.resolve(apk.fileName());
      link(workshop.file(apk), file);
      ApkPackage described = RepositoryIndex.describe(file);
      index.add(described);
      byName.put(apk.name(), Map.entry(described, file));
    }
    RepositoryIndex.requireComplete(index);
    StandInKey key = workshop.key();
    RepositoryIndex.write(index, key, architecture.resolve("APKINDEX.tar.gz"));
    byte[] pem = key.publicKeyPem();
    Files.write(directory.resolve(StandInKey.NAME), pem);

    Map<ApkPackage, Path> base = new LinkedHashMap<>();
    for (String name : BaseImage.PACKAGES) {
      Map.Entry<ApkPackage, Path> apk = byName.get(name);
      if (apk == null) {
        throw new VerificationException(
            "The stand-in has no package "
                + name
                + ", which its base image needs. Delete the cache and build again.");
      }
      base.put(apk.getKey(), apk.getValue());
    }
    OciLayout layout = new OciLayout(directory.resolve("base"));
    Descriptor manifest = BaseImage.write(base, pem, platform, layout.blobs());
    layout.put(layout.blobs(), Map.of(StandInRepository.BASE_NAME, manifest));
    step(index.size() + " packages and a base image are ready");
    return directory;
  }

  private static void link(Path source, Path target) throws IOException {
    try {
      Files.createLink(target, source);
    } catch (UnsupportedOperationException | IOException otherFileSystem) {
      Files.copy(source, target);
    }
  }

  private static void publish(Path made, Path repository) throws IOException {
    try {
      Files.move(made, repository, StandardCopyOption.ATOMIC_MOVE);
    } catch (DirectoryNotEmptyException | FileAlreadyExistsException another) {
      // Another run was faster and has made the same.
      return;
    } catch (IOException e) {
      if (!Files.isDirectory(repository)) {
        throw e;
      }
    }
  }
}
