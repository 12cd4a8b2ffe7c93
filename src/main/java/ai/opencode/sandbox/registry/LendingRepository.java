package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.BlobLender;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Reference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * A repository of a registry that lends its blobs to a store: documents are fetched, and layers
 * only when their content is needed.
 */
public final class LendingRepository implements BlobLender {

  private final Reference place;
  private final RemoteRepository remote;

  /**
   * Creates a client. Tag and digest of the reference do not count.
   *
   * @throws ai.opencode.sandbox.failure.UsageException if the access does not allow the registry
   */
  public LendingRepository(RegistryAccess access, Reference place) {
    this.place = access.mirrored(place);
    this.remote =
        new RemoteRepository(
            access,
            new Transport(access),
            this.place,
            List.of("repository:" + this.place.repository() + ":pull"));
  }

  /** Returns whether this repository is in the same registry as a reference. */
  boolean isBeside(Reference other) {
    return place.registry().equals(other.registry());
  }

  String repository() {
    return place.repository();
  }

  /**
   * Fetches the manifest or index that the first of some tags names. If the registry does not have
   * the first one, it is asked for all others at once.
   *
   * @return empty if the repository has none of them
   * @throws ai.opencode.sandbox.failure.SandboxException if the registry fails or refuses
   */
  public Optional<Descriptor> find(List<String> selectors, BlobStore into) throws IOException {
    Optional<Descriptor> first = document(selectors.get(0), into);
    if (first.isPresent()) {
      return first;
    }
    List<Callable<Optional<Descriptor>>> work = new ArrayList<>();
    for (String selector : selectors.subList(1, selectors.size())) {
      work.add(() -> document(selector, into));
    }
    return Parallel.run(work).stream().flatMap(Optional::stream).findFirst();
  }

  private Optional<Descriptor> document(String selector, BlobStore into) throws IOException {
    RemoteRepository.Fetched fetched;
    try {
      fetched = remote.manifest(selector);
    } catch (UsageException absent) {
      return Optional.empty();
    }
    return Optional.of(into.put(fetched.mediaType(), fetched.content()));
  }

  /** Fetches manifests by their digests, all at once, unless the store has them. */
  public void documents(Collection<Descriptor> listed, BlobStore into) throws IOException {
    List<Callable<Descriptor>> work = new ArrayList<>();
    for (Descriptor each : listed) {
      if (!into.isHere(each.digest())) {
        work.add(
            () -> {
              RemoteRepository.Fetched fetched = remote.manifest(each.digest().toString());
              return into.put(fetched.mediaType(), fetched.content());
            });
      }
    }
    Parallel.run(work);
  }

  @Override
  public void bring(Descriptor blob, BlobStore into) throws IOException {
    remote.download(blob, into);
  }
}
