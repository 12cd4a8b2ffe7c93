package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobLender;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.Amount;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The copying of finished images to registries. Content that a registry has is not sent again.
 * Content is sent before the documents that refer to it, and tags come last, so that a tag never
 * names an incomplete image even if the copying is interrupted.
 */
public final class Publisher {

  /**
   * The result of a publication.
   *
   * @param image the image's reference, with its digest
   * @param tags the tags that now name the image
   * @param uploadedBytes the size of the uploaded blobs, without manifests
   */
  public record Published(
      Reference image,
      List<String> tags,
      int uploadedBlobs,
      long uploadedBytes,
      int mountedBlobs,
      int presentBlobs) {

    public Published {
      tags = List.copyOf(tags);
    }
  }

  private final RegistryAccess access;
  private final Transport transport;
  private final @Nullable String mountFrom;
  private final Progress progress;
  private final Map<String, RemoteRepository> readable;
  private final Map<Reference, Optional<Digest>> asked;

  public Publisher(RegistryAccess access) {
    this.access = access;
    this.transport = new Transport(access);
    this.mountFrom = null;
    this.progress = Progress.silent();
    this.readable = new ConcurrentHashMap<>();
    this.asked = new ConcurrentHashMap<>();
  }

  private Publisher(Publisher other, @Nullable String mountFrom, Progress progress) {
    this.access = other.access;
    this.transport = other.transport;
    this.mountFrom = mountFrom;
    this.progress = progress;
    this.readable = other.readable;
    this.asked = other.asked;
  }

  /** Returns a publisher that reports the progress of uploads. */
  public Publisher withProgress(Progress newProgress) {
    return new Publisher(this, mountFrom, newProgress);
  }

  /**
   * Returns a publisher that first asks the registry to mount blobs from another of its
   * repositories.
   */
  public Publisher withMountFrom(String repository) {
    return new Publisher(this, repository, progress);
  }

  /**
   * Requires that a registry answers and accepts the credentials for a push.
   *
   * @throws ai.opencode.sandbox.failure.AuthenticationException if the registry refuses the request
   * @throws ai.opencode.sandbox.failure.NetworkException if the registry cannot be reached
   */
  public void requireAccess(Reference reference) {
    List<String> scopes = List.of("repository:" + reference.repository() + ":pull,push");
    new RemoteRepository(access, transport, reference, scopes).find(reference.selector());
  }

  /**
   * Returns the digest of a reference in the registry; empty if the registry does not have it. The
   * registry is asked once, until this publisher changes the reference.
   */
  public Optional<Digest> find(Reference reference) {
    Optional<Digest> known = asked.get(reference);
    if (known == null) {
      known = readable(reference).find(reference.selector());
      asked.put(reference, known);
    }
    return known;
  }

  /** Asks for several references at once, so that {@link #find} knows them. */
  public void ask(Collection<Reference> references) throws IOException {
    List<Callable<Optional<Digest>>> work = new ArrayList<>();
    for (Reference each : references) {
      work.add(() -> find(each));
    }
    Parallel.run(work);
  }

  /** Returns the version in the labels of an image in a registry; empty if there is none. */
  public Optional<String> version(Reference reference) {
    byte[] content = readable(reference).manifest(reference.selector()).content();
    String version =
        Json.parse(content, reference.toString())
            .path("annotations")
            .path(Annotations.VERSION)
            .asText();
    return version.isEmpty() ? Optional.empty() : Optional.of(version);
  }

  /**
   * Returns whether a reference names an index with exactly these images, whatever else it lists.
   *
   * @param images the manifests, each with its platform
   */
  public boolean hasImages(Reference reference, List<Descriptor> images) {
    byte[] content = readable(reference).manifest(reference.selector()).content();
    try {
      List<Descriptor> published = ImageIndex.parse(content, reference.toString()).images();
      return published.size() == images.size() && keys(published).equals(keys(images));
    } catch (VerificationException notAnIndex) {
      return false;
    }
  }

  private static Set<List<String>> keys(List<Descriptor> images) {
    return images.stream()
        .map(each -> List.of(String.valueOf(each.platform()), each.digest().toString()))
        .collect(Collectors.toSet());
  }

  /**
   * Returns the client of a repository. It is kept, so that the right to read is requested once.
   */
  private RemoteRepository readable(Reference reference) {
    return readable.computeIfAbsent(
        reference.registry() + "/" + reference.repository(),
        name -> {
          List<String> scopes = List.of("repository:" + reference.repository() + ":pull");
          return new RemoteRepository(access, transport, reference, scopes);
        });
  }

  /**
   * Copies an image, or an index with its images, and tags it.
   *
   * @param source the store that contains every blob of the image
   * @param target the repository; its tag, if it has one, is added to the others
   * @throws ai.opencode.sandbox.failure.AuthenticationException if the registry refuses the request
   * @throws ai.opencode.sandbox.failure.NetworkException if the registry cannot be reached, or
   *     fails
   * @throws VerificationException if the source is incomplete or was changed
   */
  public Published publish(BlobStore source, Descriptor image, Reference target, List<String> tags)
      throws IOException {
    List<String> names = new ArrayList<>(tags);
    String own = target.tag();
    if (own != null && !names.contains(own)) {
      names.add(0, own);
    }
    Contents contents = new Contents();
    contents.collect(source, image, 0);

    List<String> scopes = new ArrayList<>();
    scopes.add("repository:" + target.repository() + ":pull,push");
    if (mountFrom != null && !mountFrom.equals(target.repository())) {
      scopes.add("repository:" + mountFrom + ":pull");
    }
    for (String lending : contents.lending(source, target)) {
      scopes.add("repository:" + lending + ":pull");
    }
    RemoteRepository repository =
        new RemoteRepository(access, transport, target, scopes.stream().distinct().toList());
    Map<RemoteRepository.Arrival, Long> bytes = new LinkedHashMap<>();
    Map<RemoteRepository.Arrival, Integer> counts = new LinkedHashMap<>();
    List<String> others =
        names.stream().filter(tag -> !isAt(repository, target, tag, image)).toList();
    boolean tagged = others.size() < names.size();
    if (tagged || repository.find(image.digest().toString()).isPresent()) {
      // The registry has accepted the manifest before, so it has all of its content.
      counts.put(RemoteRepository.Arrival.PRESENT, contents.blobs.size());
    } else {
      for (Arrived arrived : upload(repository, source, contents, target)) {
        counts.merge(arrived.how, 1, Integer::sum);
        bytes.merge(arrived.how, arrived.size, Long::sum);
      }
      for (Descriptor manifest : contents.manifests.values()) {
        repository.putManifest(
            manifest.digest().toString(), manifest.mediaType(), source.read(manifest.digest()));
      }
    }
    byte[] root = source.read(image.digest());
    for (String tag : others) {
      repository.putManifest(tag, image.mediaType(), root);
      asked.remove(target.withTag(tag));
    }
    return new Published(
        new Reference(target.registry(), target.repository(), null, image.digest()),
        names,
        counts.getOrDefault(RemoteRepository.Arrival.UPLOADED, 0),
        bytes.getOrDefault(RemoteRepository.Arrival.UPLOADED, 0L),
        counts.getOrDefault(RemoteRepository.Arrival.MOUNTED, 0),
        counts.getOrDefault(RemoteRepository.Arrival.PRESENT, 0));
  }

  private boolean isAt(
      RemoteRepository repository, Reference target, String tag, Descriptor image) {
    Optional<Digest> known = asked.get(target.withTag(tag));
    return (known == null ? repository.find(tag) : known).equals(Optional.of(image.digest()));
  }

  private record Arrived(RemoteRepository.Arrival how, long size) {}

  private List<Arrived> upload(
      RemoteRepository repository, BlobStore source, Contents contents, Reference target)
      throws IOException {
    long total = contents.blobs.values().stream().mapToLong(Descriptor::size).sum();
    AtomicLong done = new AtomicLong();
    List<Callable<Arrived>> work = new ArrayList<>();
    for (Descriptor blob : contents.blobs.values()) {
      work.add(
          () -> {
            RemoteRepository.Arrival how =
                repository.upload(source, blob, neighbour(source, blob, target));
            progress.amount(
                Stage.PUBLISH, new Amount(Amount.Unit.BYTES, done.addAndGet(blob.size()), total));
            return new Arrived(how, blob.size());
          });
    }
    return Parallel.run(work);
  }

  /** Returns the repository of the same registry that may have a blob: the one that lends it. */
  private @Nullable String neighbour(BlobStore source, Descriptor blob, Reference target) {
    return source.lender(blob.digest()).flatMap(each -> beside(each, target)).orElse(mountFrom);
  }

  private static Optional<String> beside(BlobLender lender, Reference target) {
    return lender instanceof LendingRepository place && place.isBeside(target)
        ? Optional.of(place.repository())
        : Optional.empty();
  }

  /**
   * The documents and blobs of an image, each once, referenced ones before those that refer to
   * them.
   */
  private static final class Contents {

    private static final int MAX_DEPTH = 4;

    private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
    private final Map<Digest, Descriptor> manifests = new LinkedHashMap<>();

    void collect(BlobStore source, Descriptor image, int depth) throws IOException {
      if (manifests.containsKey(image.digest())) {
        return;
      }
      if (depth > MAX_DEPTH) {
        throw new VerificationException(
            "The index "
                + image.digest()
                + " is nested in more than "
                + MAX_DEPTH
                + " others. Publish another image.");
      }
      byte[] content = source.read(image.digest());
      String name = image.digest().toString();
      if (MediaType.isIndex(image.mediaType())) {
        for (Descriptor child : ImageIndex.parse(content, name).manifests()) {
          collect(source, child, depth + 1);
        }
      } else {
        Manifest manifest = Manifest.parse(content, name);
        for (Descriptor layer : manifest.layers()) {
          add(source, layer);
        }
        add(source, manifest.config());
      }
      manifests.put(image.digest(), image);
    }

    /** Returns the other repositories of a registry that lend blobs of the image. */
    Set<String> lending(BlobStore source, Reference target) {
      return blobs.keySet().stream()
          .flatMap(each -> source.lender(each).stream())
          .flatMap(each -> beside(each, target).stream())
          .filter(each -> !each.equals(target.repository()))
          .collect(Collectors.toCollection(TreeSet::new));
    }

    private void add(BlobStore source, Descriptor blob) throws IOException {
      if (source.size(blob.digest()) != blob.size()) {
        throw new VerificationException(
            "The file "
                + source.path(blob.digest())
                + " does not have the "
                + blob.size()
                + " bytes in the image's descriptor. Delete it and build again.");
      }
      blobs.put(blob.digest(), blob);
    }
  }
}
