package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Reference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Brings artifacts, which are files in the form of an image, into a store. */
public final class ArtifactPuller {

  private final RegistryAccess access;
  private final Transport transport;

  public ArtifactPuller(RegistryAccess access) {
    this.access = access;
    this.transport = new Transport(access);
  }

  /**
   * Pulls an artifact; what the store has is not fetched again.
   *
   * @param type that it must have, as the media type of its configuration
   * @return its manifest
   * @throws UsageException where the registry has no such artifact, or something else there
   * @throws ai.opencode.sandbox.failure.VerificationException where content is not what its digest
   *     says
   */
  public Descriptor pull(Reference reference, String type, BlobStore store) throws IOException {
    List<String> scopes = List.of("repository:" + reference.repository() + ":pull");
    RemoteRepository remote = new RemoteRepository(access, transport, reference, scopes);
    Descriptor root = BasePuller.document(remote, reference.selector(), store);
    Manifest manifest = Manifest.parse(store.read(root.digest()), reference.toString());
    if (!manifest.config().mediaType().equals(type)) {
      throw new UsageException(
          reference
              + " is no "
              + type
              + " but "
              + manifest.config().mediaType().replaceAll("\\p{Cntrl}", "?")
              + "; check the reference");
    }
    List<Callable<Digest>> downloads = new ArrayList<>();
    List<Descriptor> blobs = new ArrayList<>(manifest.layers());
    blobs.add(manifest.config());
    for (Descriptor blob : blobs) {
      downloads.add(
          () -> {
            remote.download(blob, store);
            return blob.digest();
          });
    }
    Parallel.run(downloads);
    return root;
  }
}
