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

/** A repository's content on its way into a store, which is asked first. */
final class RemoteContent {

  private final RemoteRepository remote;
  private final BlobStore store;

  RemoteContent(RegistryAccess access, Transport transport, Reference place, BlobStore store) {
    List<String> scopes = List.of("repository:" + place.repository() + ":pull");
    this.remote = new RemoteRepository(access, transport, place, scopes);
    this.store = store;
  }

  /** The manifest or index behind a tag or digest; a digest that is here needs no network. */
  Descriptor document(String selector) throws IOException {
    if (Digest.isDigest(selector) && store.contains(Digest.of(selector))) {
      byte[] content = store.read(Digest.of(selector));
      return Descriptor.of(mediaType(content, selector), Digest.of(selector), content.length);
    }
    RemoteRepository.Fetched fetched = remote.manifest(selector);
    return store.put(fetched.mediaType(), fetched.content());
  }

  /**
   * The manifest or index that an index lists.
   *
   * @throws VerificationException where it is not what is said of it there
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
              + " bytes, and it is "
              + PlainText.line(found.mediaType())
              + " of "
              + found.size()
              + "; use an image that is one thing");
    }
    return found;
  }

  /** Brings blobs, several at a time. */
  void download(Collection<Descriptor> blobs) throws IOException {
    List<Callable<Digest>> downloads = new ArrayList<>();
    for (Descriptor blob : blobs) {
      downloads.add(
          () -> {
            remote.download(blob, store);
            return blob.digest();
          });
    }
    Parallel.run(downloads);
  }

  /** Older manifests do not name their type; their form shows it. */
  private static String mediaType(byte[] content, String name) {
    return ReadOneWay.mediaType(ReadOneWay.manifest(content, name), "", name);
  }
}
