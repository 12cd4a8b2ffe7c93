package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Ahead;
import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.FetchedTarball;
import ai.opencode.sandbox.npm.FetchedTarball.Obtained;
import ai.opencode.sandbox.npm.FetchedTarballs;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.TarballSource;
import ai.opencode.sandbox.oci.Access;
import ai.opencode.sandbox.oci.FileStamp;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.upstream.Origin;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The cache of npm tarballs by integrity; missing ones are fetched from the registry. */
public final class TarballCache implements TarballSource, AutoCloseable {

  /** The maximum size in bytes, because a lock names none; the largest published have 300 MB. */
  private static final long MAX_BYTES = 512L << 20;

  private final Cache cache;
  private final Origin origin;
  private final Supplier<NpmRegistry> registry;
  private final Progress progress;
  private final long maxBytes;
  // Several entries of a lock may have the same tarball, so the key is its integrity.
  private final Ahead<Integrity, FetchedTarball> ahead = new Ahead<>();
  private final Map<Integrity, Object> turns = new ConcurrentHashMap<>();
  private final Map<Path, FileStamp> verified = new ConcurrentHashMap<>();
  private final Arrivals<Integrity> arrivals = new Arrivals<>();

  /**
   * Makes a cache.
   *
   * @param registry the npm registry, called for only when a tarball is fetched
   */
  public TarballCache(
      Cache cache, Origin origin, Supplier<NpmRegistry> registry, Progress progress) {
    this(cache, origin, registry, progress, MAX_BYTES);
  }

  /**
   * Makes a cache.
   *
   * @param maxBytes the maximum size of a tarball in bytes
   */
  TarballCache(
      Cache cache,
      Origin origin,
      Supplier<NpmRegistry> registry,
      Progress progress,
      long maxBytes) {
    this.cache = cache;
    this.origin = origin;
    this.registry = registry;
    this.progress = progress;
    this.maxBytes = maxBytes;
  }

  /**
   * Fetches tarballs, several at a time.
   *
   * @throws VerificationException if a tarball does not match its integrity
   * @throws ai.opencode.sandbox.failure.NetworkException if the registry cannot be reached
   */
  public TarballSource fetch(List<LockedNpmPackage> packages) throws IOException {
    return fetch(packages, progress);
  }

  /**
   * Fetches tarballs for one image.
   *
   * @param ofImage receives the events of this image
   */
  public TarballSource fetch(List<LockedNpmPackage> packages, Progress ofImage) throws IOException {
    if (cache.isBorrowing()) {
      // With former images, most layers need not be made, so a tarball is fetched only when it is
      // read.
      return this;
    }
    Map<Integrity, LockedNpmPackage> tarballs = new LinkedHashMap<>();
    for (LockedNpmPackage each : packages) {
      each.tarballIntegrity().ifPresent(integrity -> tarballs.putIfAbsent(integrity, each));
    }
    if (tarballs.isEmpty()) {
      return new FetchedTarballs(List.of(), this);
    }
    ArrivedTarballs arrived = new ArrivedTarballs(tarballs, arrivals, ofImage);
    List<Callable<FetchedTarball>> work = new ArrayList<>();
    tarballs.forEach(
        (integrity, locked) ->
            work.add(
                () -> {
                  FetchedTarball tarball = ahead.get(integrity, () -> ensure(locked));
                  arrived.add(integrity);
                  return tarball;
                }));
    arrived.begin();
    List<FetchedTarball> fetched = arrivals.run(work, arrived::report);
    ofImage.done(Stage.NPM, summary(fetched));
    return new FetchedTarballs(fetched, this);
  }

  private static String summary(List<FetchedTarball> tarballs) {
    int all = tarballs.size();
    long fetched = count(tarballs, Obtained.NETWORK);
    long kept = count(tarballs, Obtained.ARCHIVE);
    if (fetched == all) {
      return all + " tarballs verified";
    }
    List<String> parts = new ArrayList<>();
    if (fetched > 0) {
      parts.add(fetched + " of them fetched and verified");
    }
    if (kept > 0) {
      parts.add((kept == all ? "all" : kept + " of them") + " from the archive and verified");
    }
    if (parts.isEmpty()) {
      parts.add("all from the cache");
    }
    return all + " tarballs, " + String.join(", ", parts);
  }

  private static long count(List<FetchedTarball> tarballs, Obtained obtained) {
    return tarballs.stream().filter(each -> each.obtained() == obtained).count();
  }

  /** Starts to fetch tarballs that a later {@link #fetch} will need. */
  public void begin(List<LockedNpmPackage> packages) {
    if (cache.isBorrowing()) {
      return;
    }
    for (LockedNpmPackage each : packages) {
      each.tarballIntegrity().ifPresent(integrity -> ahead.begin(integrity, () -> ensure(each)));
    }
  }

  @Override
  public void close() {
    ahead.close();
  }

  /** Returns the tarball of a package, which is fetched if it is missing. */
  @Override
  public FetchedTarball of(LockedNpmPackage locked) throws IOException {
    return ahead.get(locked.tarballIntegrity().orElseThrow(), () -> ensure(locked));
  }

  @Override
  public InputStream open(FetchedTarball tarball) throws IOException {
    requireIntact(tarball);
    InputStream in = Files.newInputStream(tarball.file());
    return isUnchanged(tarball.file()) ? in : verifying(in, tarball);
  }

  /** Replaces a file that is not intact; only one thread at a time checks and replaces it. */
  private void requireIntact(FetchedTarball tarball) throws IOException {
    Path file = tarball.file();
    synchronized (turns.computeIfAbsent(tarball.integrity(), first -> new Object())) {
      if (isUnchanged(file) || isIntact(tarball)) {
        return;
      }
      if (origin.isOffline()) {
        throw new DamagedFileException(file);
      }
      Files.deleteIfExists(file); // another process may have deleted it
      ensure(tarball.pkg());
    }
  }

  /** Returns whether a file has not changed since this process hashed it. */
  private boolean isUnchanged(Path file) throws IOException {
    FileStamp known = verified.get(file);
    return known != null && FileStamp.of(file).filter(known::equals).isPresent();
  }

  /** Returns whether a file of an earlier process matches its integrity. */
  private boolean isIntact(FetchedTarball tarball) throws IOException {
    Path file = tarball.file();
    Optional<FileStamp> stamp = FileStamp.of(file);
    try (InputStream in = verifying(Files.newInputStream(file), tarball)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (VerificationException | NoSuchFileException damaged) {
      return false;
    }
    stamp.ifPresent(found -> verified.put(file, found));
    return true;
  }

  private static InputStream verifying(InputStream in, FetchedTarball tarball) {
    return tarball.integrity().verifying(in, tarball.name());
  }

  private FetchedTarball ensure(LockedNpmPackage locked) throws IOException {
    Integrity integrity = locked.tarballIntegrity().orElseThrow();
    Path tarballs = cache.directory().resolve("npm");
    // Upper case, so that the files in existing caches are found.
    String algorithm = integrity.algorithm().label().toUpperCase(Locale.ROOT);
    Path file = tarballs.resolve(algorithm + "-" + integrity.hex() + ".tgz");
    if (Files.exists(file)) {
      return new FetchedTarball(locked, file, Obtained.CACHE);
    }
    Path part = cache.temporaryFile();
    try {
      try (InputStream in =
              integrity.verifying(
                  arrivals.counting(integrity, origin.tarball(locked, registry, maxBytes)),
                  locked.id() + ".tgz");
          OutputStream out = Files.newOutputStream(part)) {
        new BoundedInputStream(in, maxBytes, locked.id() + ".tgz").transferTo(out);
      } catch (FileNotFoundException e) {
        throw new LockException(
            "The npm registry does not have "
                + locked.id()
                + ", or no longer. Update package-lock.json, use another registry, or build from"
                + " an archive of its inputs.",
            e);
      }
      Access.OWNER.createDirectories(tarballs);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      FileStamp.of(file).ifPresent(stamp -> verified.put(file, stamp));
      return new FetchedTarball(
          locked, file, origin.isTransferred(locked) ? Obtained.NETWORK : Obtained.ARCHIVE);
    } finally {
      TemporaryFiles.delete(part);
    }
  }
}
