package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.network.Retry;
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

  /** Making something anew takes less time than a third attempt to get it. */
  private static final int ATTEMPTS = 2;

  private final Reference place;
  private final RemoteContent remote;

  /**
   * Creates a client. Tag and digest of the reference do not count.
   *
   * @param store the store that documents are fetched into
   * @throws ai.opencode.sandbox.failure.UsageException if the access does not allow the registry
   */
  public LendingRepository(RegistryAccess access, Reference place, BlobStore store) {
    this.place = access.mirrored(place);
    Retry retry = access.network().retry().withAtMost(ATTEMPTS);
    this.remote = new RemoteContent(access, new Transport(access, retry), this.place, store);
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
  public Optional<Descriptor> find(List<String> selectors) throws IOException {
    Optional<Descriptor> first = document(selectors.get(0));
    if (first.isPresent()) {
      return first;
    }
    List<Callable<Optional<Descriptor>>> work = new ArrayList<>();
    for (String selector : selectors.subList(1, selectors.size())) {
      work.add(() -> document(selector));
    }
    return Parallel.run(work).stream().flatMap(Optional::stream).findFirst();
  }

  private Optional<Descriptor> document(String selector) throws IOException {
    try {
      return Optional.of(remote.document(selector));
    } catch (UsageException absent) {
      return Optional.empty();
    }
  }

  /** Fetches manifests by their digests, all at once, unless the store has them. */
  public void documents(Collection<Descriptor> listed) throws IOException {
    List<Callable<Descriptor>> work = new ArrayList<>();
    for (Descriptor each : listed) {
      work.add(() -> remote.document(each.digest().toString()));
    }
    Parallel.run(work);
  }

  @Override
  public void bring(Descriptor blob, BlobStore into) throws IOException {
    remote.bring(blob, into);
  }
}
