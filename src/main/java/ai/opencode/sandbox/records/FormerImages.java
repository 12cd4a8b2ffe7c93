package ai.opencode.sandbox.records;

import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Deadline;
import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.LendingRepository;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The reader of the images of former builds in registries. */
final class FormerImages {

  /**
   * The limit for the records of an image and its parents. No image has as many parents, and a
   * hostile image could list thousands.
   */
  private static final int MAX_RECORDS = 16;

  /** The content of a tag; two places may name the same. */
  private record Tagged(String registry, String repository, Digest content) {}

  private final Set<Tagged> begun = ConcurrentHashMap.newKeySet();
  private final AtomicLong inflated = new AtomicLong();
  private final List<CacheSource> sources;
  private final RegistryAccess access;
  private final Cache cache;
  private final String version;
  private final Duration limit;

  /**
   * Creates a reader.
   *
   * @param sources the places to look at, in order
   * @param version the version that is being built
   * @param limit the longest that one image of one place may take
   */
  FormerImages(
      List<CacheSource> sources,
      RegistryAccess access,
      Cache cache,
      String version,
      Duration limit) {
    this.sources = List.copyOf(sources);
    this.access = access;
    this.cache = cache;
    this.version = version;
    this.limit = limit;
  }

  /**
   * Finds images. Their blobs are lent to the cache.
   *
   * @param names the images
   * @param platforms the platforms of each image
   * @param missing the list to which the reasons are added why images of a place are not used
   */
  List<FormerImage> find(List<String> names, List<Platform> platforms, List<String> missing)
      throws IOException {
    List<Callable<List<FormerImage>>> work = new ArrayList<>();
    for (String name : names) {
      for (CacheSource source : sources) {
        work.add(() -> findInTime(name, source, platforms, missing));
      }
    }
    return Parallel.run(work).stream().flatMap(List::stream).toList();
  }

  private List<FormerImage> findInTime(
      String name, CacheSource source, List<Platform> platforms, List<String> missing)
      throws IOException {
    try {
      Optional<List<FormerImage>> found =
          Deadline.after(limit).run(() -> find(source.repository(name), source, platforms));
      if (found.isPresent()) {
        return found.get();
      }
      note(missing, source, name + " is not there");
    } catch (IOException | RuntimeException e) {
      // An image of another machine may be malformed in any way, and the build goes on without it.
      // An interruption ends the whole build.
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      note(missing, source, name + " cannot be used: " + e.getMessage());
    }
    return List.of();
  }

  private Optional<List<FormerImage>> find(
      Reference image, CacheSource source, List<Platform> platforms) throws IOException {
    LendingRepository repository = new LendingRepository(access, image, cache.blobs());
    Optional<Descriptor> root = repository.find(source.selectors(version));
    if (root.isEmpty()) {
      return Optional.empty();
    }
    boolean first =
        begun.add(new Tagged(image.registry(), image.repository(), root.get().digest()));
    return Optional.of(first ? read(root.get(), repository, platforms) : List.of());
  }

  private static void note(List<String> missing, CacheSource source, String reason) {
    synchronized (missing) {
      missing.add(source + ": " + reason);
    }
  }

  private List<FormerImage> read(
      Descriptor root, LendingRepository repository, List<Platform> platforms) throws IOException {
    if (!MediaType.isIndex(root.mediaType())) {
      // An index lists an image and its records. A manifest alone has no records.
      return List.of();
    }
    ImageIndex index = ImageIndex.parse(cache.blobs().read(root.digest()), "an index");
    List<Descriptor> images = new ArrayList<>();
    List<Descriptor> documents = new ArrayList<>();
    for (Platform platform : platforms) {
      Optional<Descriptor> image = index.forPlatform(platform, "an index");
      image.ifPresent(images::add);
      image.ifPresent(each -> documents.addAll(AttestationManifest.entries(index, each.digest())));
    }
    documents.addAll(images);
    repository.documents(documents);
    List<Callable<FormerImage>> work = new ArrayList<>();
    for (Descriptor image : images) {
      List<Descriptor> statements = AttestationManifest.entries(index, image.digest());
      work.add(() -> read(image, statements, repository));
    }
    return Parallel.run(work);
  }

  private FormerImage read(
      Descriptor image, List<Descriptor> statements, LendingRepository repository)
      throws IOException {
    BlobStore blobs = cache.blobs();
    Manifest manifest = Manifest.parse(blobs.read(image.digest()), "a manifest");
    List<Descriptor> listed = new ArrayList<>();
    for (Descriptor each : statements) {
      byte[] bytes = blobs.read(each.digest());
      listed.addAll(Manifest.parse(bytes, "a manifest of statements").layers());
    }
    List<Descriptor> carried = CarriedRecords.facts(listed);
    if (carried.size() > MAX_RECORDS) {
      throw new IOException("it lists records of " + carried.size() + " images");
    }
    for (Descriptor layer : manifest.layers()) {
      blobs.lend(layer, repository);
    }
    bring(needed(manifest, listed), repository);
    List<FormerImage.Documents> documents = new ArrayList<>();
    for (Descriptor each : carried) {
      FactsDocument facts = FactsDocument.parse(inflate(each));
      CarriedRecords records = CarriedRecords.of(each, facts, listed);
      for (byte[] document : facts.documents()) {
        blobs.put(MediaType.MANIFEST, document);
      }
      blobs.lend(records.files(), repository);
      documents.add(new FormerImage.Documents(records, facts));
    }
    return new FormerImage(image, documents);
  }

  private void bring(List<Descriptor> wanted, LendingRepository repository) throws IOException {
    BlobStore blobs = cache.blobs();
    List<Callable<Digest>> downloads = new ArrayList<>();
    for (Descriptor each : wanted) {
      downloads.add(
          () -> {
            // Another image may have the same records, which are fetched once then.
            blobs.lend(each, repository);
            blobs.bring(each.digest());
            return each.digest();
          });
    }
    Parallel.run(downloads);
  }

  private byte[] inflate(Descriptor blob) throws IOException {
    byte[] document = PackedDocument.read(blob, cache.blobs());
    if (inflated.addAndGet(document.length) > PackedDocument.MAX_TOGETHER) {
      throw PackedDocument.tooLarge();
    }
    return document;
  }

  /** Returns the blobs that are read in any case. */
  private static List<Descriptor> needed(Manifest manifest, List<Descriptor> listed)
      throws IOException {
    List<Descriptor> needed = new ArrayList<>(CarriedRecords.facts(listed));
    needed.add(manifest.config());
    List<Descriptor> bounded = new ArrayList<>(needed);
    bounded.addAll(CarriedRecords.files(listed));
    for (Descriptor each : bounded) {
      if (each.size() > PackedDocument.MAX_PACKED) {
        throw new IOException("a document of " + each.size() + " bytes");
      }
    }
    return needed;
  }
}
