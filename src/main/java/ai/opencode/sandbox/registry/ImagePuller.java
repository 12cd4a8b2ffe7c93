package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.PlainText;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The pull of whole images, for all their platforms, into a store. */
public final class ImagePuller {

  /** The allowed nesting of indexes. */
  private static final int MAX_DEPTH = 4;

  private final RegistryAccess access;
  private final Transport transport;

  public ImagePuller(RegistryAccess access) {
    this.access = access;
    this.transport = new Transport(access);
  }

  /**
   * Pulls everything that a reference names.
   *
   * @return the named document, which is an index if there is one
   * @throws UsageException if the registry does not have the image
   * @throws VerificationException if content does not match its digest, or is malformed
   * @throws ai.opencode.sandbox.failure.AuthenticationException if the registry refuses the request
   * @throws ai.opencode.sandbox.failure.NetworkException if the registry cannot be reached, or
   *     fails
   */
  public Descriptor pull(Reference reference, BlobStore store) throws IOException {
    RemoteContent remote = new RemoteContent(access, transport, reference, store);
    Descriptor root = remote.document(reference.selector());
    Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
    collect(remote, reference, root, store, blobs, 0);
    remote.download(blobs.values());
    return root;
  }

  private static void collect(
      RemoteContent remote,
      Reference reference,
      Descriptor document,
      BlobStore store,
      Map<Digest, Descriptor> blobs,
      int depth)
      throws IOException {
    byte[] content = store.read(document.digest());
    if (MediaType.isIndex(document.mediaType()) && depth < MAX_DEPTH) {
      for (Descriptor each : ImageIndex.parse(content, reference.toString()).manifests()) {
        Descriptor child = remote.document(each);
        collect(remote, reference, child, store, blobs, depth + 1);
      }
    } else if (MediaType.isManifest(document.mediaType())) {
      Manifest manifest = Manifest.parse(content, reference.toString());
      manifest.layers().forEach(layer -> blobs.put(layer.digest(), layer));
      blobs.put(manifest.config().digest(), manifest.config());
    } else {
      throw new VerificationException(
          reference
              + " is not an image but a document of type "
              + PlainText.line(document.mediaType()));
    }
  }
}
