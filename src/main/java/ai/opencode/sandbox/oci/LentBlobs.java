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
 * Blobs that a store counts among its own although they are elsewhere. Most of them are never read:
 * a layer that a registry has already is part of an image by its digest alone.
 */
final class LentBlobs {

  /** A blob with its lenders, which are asked in their order. */
  private record Loan(Descriptor blob, List<BlobLender> lenders) {}

  private final Map<Digest, Loan> loans = new ConcurrentHashMap<>();

  void add(Descriptor blob, BlobLender lender) {
    loans
        .computeIfAbsent(
            blob.digest(), digest -> new Loan(blob, new CopyOnWriteArrayList<>()))
        .lenders
        .add(lender);
  }

  boolean contains(Digest digest) {
    return loans.containsKey(digest);
  }

  Optional<Descriptor> find(Digest digest) {
    return Optional.ofNullable(loans.get(digest)).map(Loan::blob);
  }

  Optional<BlobLender> lender(Digest digest) {
    return Optional.ofNullable(loans.get(digest)).map(each -> each.lenders.get(0));
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
    Loan loan = loans.get(digest);
    if (loan == null) {
      return;
    }
    synchronized (loan) {
      Exception last = null;
      for (BlobLender each : loan.lenders) {
        if (into.isHere(digest)) {
          return;
        }
        try {
          each.bring(loan.blob, into);
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
