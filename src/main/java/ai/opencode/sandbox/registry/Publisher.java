package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.failure.LostBlobException;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobLender;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.Amount;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
    SentContents contents = SentContents.of(source, image);

    RemoteRepository repository = writable(target, others(contents, source, target));
    Map<RemoteRepository.Arrival, Long> bytes = new LinkedHashMap<>();
    Map<RemoteRepository.Arrival, Integer> counts = new LinkedHashMap<>();
    List<String> others =
        names.stream().filter(tag -> !isAt(repository, target, tag, image)).toList();
    boolean tagged = others.size() < names.size();
    if (tagged || repository.find(image.digest().toString()).isPresent()) {
      // The registry has accepted the manifest before, so it has all of its content.
      counts.put(RemoteRepository.Arrival.PRESENT, contents.blobs().size());
    } else {
      for (Arrived arrived : upload(repository, source, contents, target)) {
        counts.merge(arrived.how, 1, Integer::sum);
        bytes.merge(arrived.how, arrived.size, Long::sum);
      }
      put(contents.manifests().values(), repository, source);
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

  /**
   * Returns the client of a repository that is written.
   *
   * @param lending the other repositories that lend blobs
   */
  private RemoteRepository writable(Reference target, Set<String> lending) {
    Set<String> scopes = new LinkedHashSet<>();
    scopes.add("repository:" + target.repository() + ":pull,push");
    if (mountFrom != null && !mountFrom.equals(target.repository())) {
      scopes.add("repository:" + mountFrom + ":pull");
    }
    lending.forEach(each -> scopes.add("repository:" + each + ":pull"));
    return new RemoteRepository(access, transport, target, List.copyOf(scopes));
  }

  private boolean isAt(
      RemoteRepository repository, Reference target, String tag, Descriptor image) {
    Optional<Digest> known = asked.get(target.withTag(tag));
    return (known == null ? repository.find(tag) : known).equals(Optional.of(image.digest()));
  }

  private record Arrived(RemoteRepository.Arrival how, long size) {}

  private List<Arrived> upload(
      RemoteRepository repository, BlobStore source, SentContents contents, Reference target)
      throws IOException {
    long total = contents.blobs().values().stream().mapToLong(Descriptor::size).sum();
    AtomicLong done = new AtomicLong();
    List<Callable<Arrived>> work = new ArrayList<>();
    for (Descriptor blob : contents.blobs().values()) {
      work.add(
          () -> {
            RemoteRepository.Arrival how = arrival(repository, source, blob, target);
            progress.amount(
                Stage.PUBLISH, new Amount(Amount.Unit.BYTES, done.addAndGet(blob.size()), total));
            return new Arrived(how, blob.size());
          });
    }
    return Parallel.run(work);
  }

  private RemoteRepository.Arrival arrival(
      RemoteRepository repository, BlobStore source, Descriptor blob, Reference target)
      throws IOException {
    List<String> lending = lending(source, blob.digest(), target);
    if (lending.contains(target.repository())) {
      // A manifest of the repository lists it.
      return RemoteRepository.Arrival.PRESENT;
    }
    return repository.upload(source, blob, lending.stream().findFirst().orElse(mountFrom));
  }

  /** Returns the other repositories of a target's registry that lend blobs of an image. */
  private static Set<String> others(SentContents contents, BlobStore source, Reference target) {
    return contents.blobs().keySet().stream()
        .flatMap(each -> lending(source, each, target).stream())
        .filter(each -> !each.equals(target.repository()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the repositories of a target's registry that lend a blob. */
  private static List<String> lending(BlobStore source, Digest blob, Reference target) {
    List<String> repositories = new ArrayList<>();
    for (BlobLender lender : source.lenders(blob)) {
      if (lender instanceof LendingRepository place && place.isBeside(target)) {
        repositories.add(place.repository());
      }
    }
    return repositories;
  }

  /**
   * Puts the manifests of an image.
   *
   * @throws LostBlobException if the registry has lent a blob that it does not have
   */
  private static void put(
      Collection<Descriptor> manifests, RemoteRepository repository, BlobStore source)
      throws IOException {
    for (Descriptor manifest : manifests) {
      try {
        repository.putManifest(
            manifest.digest().toString(), manifest.mediaType(), source.read(manifest.digest()));
      } catch (SandboxException refused) {
        if (source.hasLoans()) {
          throw new LostBlobException(manifest.digest().toString(), refused);
        }
        throw refused;
      }
    }
  }
}
