package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ReadOneWay;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.PlainText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The transfer of a repository's content into a store; content that the store has is not fetched.
 */
final class RemoteContent {

  private final RemoteRepository remote;
  private final BlobStore store;

  RemoteContent(RegistryAccess access, Transport transport, Reference place, BlobStore store) {
    List<String> scopes = List.of("repository:" + place.repository() + ":pull");
    this.remote = new RemoteRepository(access, transport, place, scopes);
    this.store = store;
  }

  /** Returns the manifest or index with a tag or digest; a digest in the store needs no network. */
  Descriptor document(String selector) throws IOException {
    if (Digest.isDigest(selector) && store.contains(Digest.of(selector))) {
      byte[] content = store.read(Digest.of(selector));
      return Descriptor.of(mediaType(content, selector), Digest.of(selector), content.length);
    }
    RemoteRepository.Fetched fetched = remote.manifest(selector);
    return store.put(fetched.mediaType(), fetched.content());
  }

  /**
   * Returns a manifest or index that an index lists.
   *
   * @throws VerificationException if it does not match its descriptor in the index
   */
  Descriptor document(Descriptor listed) throws IOException {
    Descriptor found = document(listed.digest().toString());
    if (found.size() != listed.size() || !found.mediaType().equals(listed.mediaType())) {
      throw new VerificationException(
          "The index lists "
              + listed.digest()
              + " as "
              + PlainText.line(listed.mediaType())
              + " of "
              + listed.size()
              + " bytes, but it is "
              + PlainText.line(found.mediaType())
              + " of "
              + found.size()
              + ". Use another image.");
    }
    return found;
  }

  /** Downloads a blob into a store, which may count it among its own already. */
  void bring(Descriptor blob, BlobStore into) throws IOException {
    remote.download(blob, into);
  }

  /** Downloads blobs, several at a time. */
  void download(Collection<Descriptor> blobs) throws IOException {
    List<Callable<Digest>> downloads = new ArrayList<>();
    for (Descriptor blob : blobs) {
      downloads.add(
          () -> {
            if (!store.contains(blob.digest())) {
              remote.download(blob, store);
            }
            return blob.digest();
          });
    }
    Parallel.run(downloads);
  }

  /** Returns the media type. Older manifests do not contain it, but their fields reveal it. */
  private static String mediaType(byte[] content, String name) {
    return ReadOneWay.mediaType(ReadOneWay.manifest(content, name), "", name);
  }
}
