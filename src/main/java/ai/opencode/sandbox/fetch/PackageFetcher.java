package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.ApkReader;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.ControlSegment;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Ahead;
import ai.opencode.sandbox.evidence.EvidenceRecords;
import ai.opencode.sandbox.evidence.EvidenceScan;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.PackageSources.Source;
import ai.opencode.sandbox.oci.BlobSink;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MeasuredStream;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The fetcher of packages, which copies them into the cache. A package is read once: its control
 * segment is compared with the checksum in the index or lock; its data segment is hashed, written
 * to the cache and unpacked to list its entries; and every file is compared with its checksum.
 */
public final class PackageFetcher implements AutoCloseable {

  /** The PAX record with a file's SHA-1 in hex, which abuild writes. */
  private static final String FILE_CHECKSUM = "APK-TOOLS.checksum.SHA1";

  private final Cache cache;
  private final Origin origin;
  private final EvidenceRecords evidence;
  private final PackageRecords records;

  /** By checksum; a package for every architecture is the same file for each. */
  private final Ahead<Checksum, PackageFile> ahead = new Ahead<>();

  private final Arrivals<Checksum> arrivals = new Arrivals<>();
  private final PackageSources sources = new PackageSources();

  public PackageFetcher(Cache cache, Origin origin) {
    this.cache = cache;
    this.origin = origin;
    this.evidence = new EvidenceRecords(cache);
    this.records = new PackageRecords(cache);
  }

  /**
   * Fetches packages, several at a time.
   *
   * @param wanted anything that leads to the location of a package
   * @param location returns that location
   * @param pair makes the result from each of {@code wanted} and its package
   * @param ofImage receives the events of the image that the packages are for
   * @return the results in the order of {@code wanted}
   * @throws VerificationException if a package is malformed, or not the one at its location
   * @throws LockException if a repository no longer has a package
   * @throws ai.opencode.sandbox.failure.NetworkException if a server cannot be reached
   */
  public <T, R> List<R> fetch(
      List<T> wanted,
      Function<T, PackageLocation> location,
      BiFunction<T, FetchedPackage, R> pair,
      Progress ofImage)
      throws IOException {
    ArrivedPackages arrived =
        new ArrivedPackages(wanted.stream().map(location).toList(), arrivals, ofImage);
    arrived.begin();
    List<R> fetched = arrivals.run(work(wanted, location, pair, arrived), arrived::report);
    ofImage.done(Stage.FETCH, sources.summary(wanted.stream().map(location).toList()));
    return fetched;
  }

  private <T, R> List<Callable<R>> work(
      List<T> wanted,
      Function<T, PackageLocation> location,
      BiFunction<T, FetchedPackage, R> pair,
      ArrivedPackages arrived) {
    List<Callable<R>> work = new ArrayList<>();
    for (T each : wanted) {
      PackageLocation place = location.apply(each);
      work.add(
          () -> {
            PackageFile file = ahead.get(place.checksum(), () -> bring(place));
            arrived.add(place);
            return pair.apply(each, file.offeredAt(place));
          });
    }
    return work;
  }

  /** Starts to fetch packages that a later {@link #fetch} will need. */
  public void begin(List<PackageLocation> locations) {
    locations.forEach(location -> ahead.begin(location.checksum(), () -> bring(location)));
  }

  @Override
  public void close() {
    ahead.close();
  }

  private PackageFile bring(PackageLocation location) throws IOException {
    PackageFile apk = cached(location);
    if (apk == null) {
      apk = download(location);
      sources.note(location, origin.isTransferred(location) ? Source.MIRROR : Source.ARCHIVE);
    }
    return apk;
  }

  private @Nullable PackageFile cached(PackageLocation location) throws IOException {
    PackageFile apk = records.find(location).orElse(null);
    if (apk == null) {
      return null;
    }
    requireNamed(apk.head().control(), location);
    Descriptor data = apk.data();
    if (!apk.head().control().info().dataHash().equals(Optional.of(data.digest().hex()))) {
      return null;
    }
    if (cache.blobs().contains(data.digest())) {
      return cache.blobs().size(data.digest()) == data.size() ? apk : null;
    }
    if (!cache.isBorrowing()) {
      return null;
    }
    // A build often needs only the package's list of files, which is known. The data segment is
    // fetched when its content is read.
    cache.blobs().lend(data, (blob, into) -> download(location));
    sources.note(location, Source.FORMER_IMAGE);
    return apk;
  }

  /**
   * Returns the head of a package, from its record if there is one.
   *
   * @throws VerificationException if the package is not the one at its location
   */
  public PackageHead head(PackageLocation location) throws IOException {
    Optional<PackageHead> known = records.head(location);
    if (known.isPresent()) {
      requireNamed(known.get().control(), location);
      return known.get();
    }
    return ahead.get(location.checksum(), () -> bring(location)).head();
  }

  private PackageFile download(PackageLocation location) throws IOException {
    String source = location.fileName();
    try (InputStream in = arrivals.counting(location.checksum(), origin.apk(location));
        InputStream exact = new ExactSize(in, location.size(), location.address());
        ApkReader reader = new ApkReader(new BufferedInputStream(exact, 1 << 16), source)) {
      PackageFile apk = read(reader, location, source);
      exact.transferTo(OutputStream.nullOutputStream());
      records.keep(location, apk);
      return apk;
    } catch (FileNotFoundException e) {
      throw new LockException(
          location.address()
              + " is gone, because Alpine deletes superseded packages within hours. Update the lock"
              + " (opencode-sandbox lock --update), or build from an archive of its inputs"
              + " (--upstream DIRECTORY, written by opencode-sandbox lock archive DIRECTORY).",
          e);
    }
  }

  private PackageFile read(ApkReader reader, PackageLocation location, String source)
      throws IOException {
    PackageHead head = reader.head(location.checksum());
    ControlSegment control = head.control();
    requireNamed(control, location);
    Digest expected = dataHash(control, source);
    try (BlobSink sink = cache.blobs().create()) {
      MeasuredStream archive = new MeasuredStream(reader.data(sink));
      TarReader tar = new TarReader(archive, source, TarLimits.alpinePackage());
      EvidenceScan scan = EvidenceScan.given();
      List<ListedEntry> entries = entries(tar, source, scan);
      archive.drain();
      reader.requireEnd();
      Descriptor data = Descriptor.of(MediaType.LAYER_GZIP, expected, sink.size());
      try {
        sink.commit(expected);
      } catch (VerificationException e) {
        throw new VerificationException(
            source
                + ": the data segment does not match its hash in the control segment. Fetch the"
                + " package again, or use another mirror.",
            e);
      }
      evidence.keep(expected, scan.end());
      return new PackageFile(
          head, data, archive.digest(), archive.count(), tar.sawEndOfArchive(), entries);
    }
  }

  /**
   * Checks that a package's own name and version are those in the index. The image's database lists
   * the package's own, and signatures do not prove that both agree.
   */
  private static void requireNamed(ControlSegment control, PackageLocation location) {
    String own = control.info().label();
    if (!own.equals(location.label())) {
      throw new VerificationException(
          location.label()
              + ".apk: the package names itself "
              + own
              + ", and the index names it "
              + location.label()
              + ". Use another mirror, or tell its packager.");
    }
  }

  private static Digest dataHash(ControlSegment control, String source) {
    String hash = control.info().dataHash().orElse("");
    if (!Digest.isDigest("sha256:" + hash)) {
      throw new VerificationException(
          source + ": the control segment has no SHA-256 of the data (datahash)");
    }
    return new Digest(hash);
  }

  private static List<ListedEntry> entries(TarReader tar, String source, EvidenceScan scan)
      throws IOException {
    List<ListedEntry> entries = new ArrayList<>();
    byte[] buffer = new byte[1 << 16];
    EntryRules rules = new EntryRules(tar);
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      rules.require(entry);
      scan.entry(entry);
      Checksum sha1 = null;
      if (entry instanceof TarEntry.File) {
        MessageDigest digest = Checksum.newSha1();
        InputStream content = tar.content();
        for (int read = content.read(buffer); read > 0; read = content.read(buffer)) {
          digest.update(buffer, 0, read);
          scan.content(buffer, 0, read);
        }
        sha1 = Checksum.from(digest.digest());
        scan.checksum(sha1);
      } else if (entry instanceof TarEntry.SymbolicLink link) {
        MessageDigest digest = Checksum.newSha1();
        sha1 = Checksum.from(digest.digest(link.target().getBytes(StandardCharsets.UTF_8)));
      }
      String claimed = entry.attributes().pax().get(FILE_CHECKSUM);
      if (sha1 != null && claimed != null && !sha1.hex().equals(claimed)) {
        throw new VerificationException(
            source
                + ": the content of "
                + entry.path()
                + " does not match its header (SHA-1 "
                + sha1.hex()
                + ", header "
                + claimed
                + ")");
      }
      entries.add(new ListedEntry(entry, sha1));
    }
    return entries;
  }

  /** A stream that must have exactly the length named in the signed index. */
  private static final class ExactSize extends BulkInputStream {

    private final InputStream in;
    private final String source;
    private final long size;
    private long read;

    ExactSize(InputStream in, long size, String source) {
      this.in = in;
      this.size = size;
      this.source = source;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      int count = in.read(bytes, start, length);
      if (count < 0 && read < size) {
        throw new VerificationException(
            source
                + " ends after "
                + read
                + " of "
                + size
                + " bytes. Fetch it again, or use another mirror.");
      }
      read += Math.max(count, 0);
      if (read > size) {
        throw new VerificationException(
            source + " is longer than the " + size + " bytes that the index names");
      }
      return count;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
