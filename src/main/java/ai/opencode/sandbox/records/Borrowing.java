package ai.opencode.sandbox.records;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordOverlay;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The use of former images by one build. A former image is an image of an earlier build in a
 * registry. The registries are asked when this machine's cache lacks something for the first time.
 *
 * <p>Records from a registry may be forged. The build therefore compares two digests in the lock
 * with its results: that of the finished image, and that of the image's facts, which hold or name
 * all of its records. No record is written into the cache before both are equal. A build without
 * such a lock uses no former images.
 *
 * <p>If the former images have all the facts that the lock names, only those facts are used, and
 * need no further comparison. Otherwise the facts of other builds are used too, and the build
 * writes the facts of each image anew, from exactly the records that it has used, to compare their
 * digests.
 */
public final class Borrowing implements RecordOverlay.Source {

  /**
   * The limit for reading one image. A build reads some hundred kilobytes of it, and would make
   * that content itself in seconds.
   */
  private static final Duration LOOKING = Duration.ofSeconds(30);

  private final List<CacheSource> sources;
  private final RegistryAccess access;
  private final Cache cache;
  private final RecordOverlay overlay = new RecordOverlay(this);
  private final Progress progress;
  private boolean looked;
  private volatile Wanted wanted = new Wanted(List.of(), List.of(), "", Set.of());
  private volatile BorrowedRecords found;

  /**
   * The images of a build.
   *
   * @param names the names of the images
   * @param platforms the platforms of each
   * @param version the version that is being built
   * @param proved the digests of the facts of all images and their parents, which the lock names;
   *     empty unless it names all of them, and the result of each image
   */
  public record Wanted(
      List<String> names, List<Platform> platforms, String version, Set<Digest> proved) {

    public Wanted {
      names = List.copyOf(names);
      platforms = List.copyOf(platforms);
      proved = Set.copyOf(proved);
    }
  }

  /**
   * Prepares the use of former images, without a request.
   *
   * @param sources the places to look at, in order; none for no use
   */
  public Borrowing(
      List<CacheSource> sources, RegistryAccess access, Cache cache, Progress progress) {
    this.sources = List.copyOf(sources);
    this.access = access;
    this.cache = cache;
    this.progress = progress;
    this.found = BorrowedRecords.none(cache.blobs());
  }

  /** Sets the images of the build, before its first {@link #look}. */
  public void begin(Wanted images) {
    wanted = images;
  }

  /** Returns the cache with the records of former images over its own. */
  public Cache cache() {
    return sources.isEmpty() ? cache : cache.under(overlay);
  }

  /**
   * Looks at the former images, the first time; returns whether it did.
   *
   * @throws IOException if the build is interrupted; images that cannot be used count as absent
   */
  public synchronized boolean look() throws IOException {
    if (looked || sources.isEmpty() || wanted.proved.isEmpty()) {
      return false;
    }
    looked = true;
    progress.step(Stage.CACHE, "looking for former images in " + text());
    List<String> missing = new ArrayList<>();
    BorrowedRecords read =
        BorrowedRecords.of(
            new FormerImages(sources, access, cache, wanted.version, LOOKING)
                .find(wanted.names, wanted.platforms, missing),
            wanted.proved,
            cache.blobs());
    found = read;
    progress.done(Stage.CACHE, read.isEmpty() ? nothing(missing) : "former images in " + text());
    return !read.isEmpty();
  }

  private String nothing(List<String> missing) {
    return missing.isEmpty()
        ? "no records of former images in " + text()
        : "nothing to take: " + String.join("; ", missing);
  }

  private String text() {
    return String.join(", ", sources.stream().map(CacheSource::toString).toList());
  }

  @Override
  public Optional<byte[]> find(RecordKey key) throws IOException {
    return found.find(key);
  }

  @Override
  public boolean isUnproved() {
    return !found.isEmpty();
  }

  /** Returns whether anything of former images may have been used, records or blobs. */
  public boolean isUsed() {
    return isUnproved() || cache.blobs().hasLoans();
  }

  /**
   * Writes records into the cache, because the lock has proved them.
   *
   * @throws IOException if the cache cannot be written
   */
  public void settle() throws IOException {
    if (isUnproved()) {
      overlay.settle(cache);
    }
  }

  /** Ends the use of former images after a failure. */
  public void abandon(String reason) {
    cache.blobs().endLoans();
    found = BorrowedRecords.none(cache.blobs());
    progress.done(Stage.CACHE, "what " + text() + " has is not used: " + reason);
  }
}
