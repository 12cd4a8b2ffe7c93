package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.LostBlobException;
import ai.opencode.sandbox.failure.SandboxException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Blobs that a store counts among its own although only a lender, such as a registry, has them.
 * Most of them are never read: a layer that a registry has already is part of an image by its
 * digest alone.
 */
final class LentBlobs {

  /**
   * A blob as a lender describes it.
   *
   * @param blob the blob with a size that may be a lie
   */
  private record Loan(Descriptor blob, BlobLender lender) {}

  /** The loans of each blob, which are tried in their order. */
  private final Map<Digest, List<Loan>> loans = new ConcurrentHashMap<>();

  void add(Descriptor blob, BlobLender lender) {
    loans
        .computeIfAbsent(blob.digest(), digest -> new CopyOnWriteArrayList<>())
        .add(new Loan(blob, lender));
  }

  boolean isEmpty() {
    return loans.isEmpty();
  }

  boolean contains(Digest digest) {
    return loans.containsKey(digest);
  }

  Optional<Descriptor> find(Digest digest) {
    return Optional.ofNullable(loans.get(digest)).map(each -> each.get(0).blob);
  }

  List<BlobLender> lenders(Digest digest) {
    return loans.getOrDefault(digest, List.of()).stream().map(Loan::lender).toList();
  }

  /** Ends all loans, so that the store has only its own blobs. */
  void end() {
    loans.clear();
  }

  /**
   * Gets a lent blob into a store, unless it is there.
   *
   * @throws LostBlobException if no lender has it
   */
  void bring(Digest digest, BlobStore into) throws IOException {
    List<Loan> all = loans.get(digest);
    if (all == null) {
      return;
    }
    synchronized (all) {
      Exception last = null;
      for (Loan each : all) {
        if (into.isHere(digest)) {
          return;
        }
        try {
          each.lender.bring(each.blob, into);
        } catch (SandboxException | IOException e) {
          last = e;
        }
      }
      if (!into.isHere(digest)) {
        throw new LostBlobException(digest.toString(), last);
      }
    }
  }
}
