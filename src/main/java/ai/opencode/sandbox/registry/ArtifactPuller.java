package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.PlainText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The pull of artifacts, which are files in the form of an image, into a store. */
public final class ArtifactPuller {

  private final RegistryAccess access;
  private final Transport transport;

  public ArtifactPuller(RegistryAccess access) {
    this.access = access;
    this.transport = new Transport(access);
  }

  /**
   * Pulls an artifact; content that the store has is not fetched again.
   *
   * @param type the required type of the artifact, which is the media type of its configuration
   * @return its manifest
   * @throws UsageException if the registry does not have the artifact, or has something else there
   * @throws ai.opencode.sandbox.failure.VerificationException if content does not match its digest
   */
  public Descriptor pull(Reference reference, String type, BlobStore store) throws IOException {
    RemoteContent remote = new RemoteContent(access, transport, reference, store);
    Descriptor root = remote.document(reference.selector());
    Manifest manifest = Manifest.parse(store.read(root.digest()), reference.toString());
    if (!manifest.config().mediaType().equals(type)) {
      throw new UsageException(
          reference
              + " is not "
              + type
              + " but "
              + PlainText.line(manifest.config().mediaType())
              + ". Check the reference.");
    }
    List<Descriptor> blobs = new ArrayList<>(manifest.layers());
    blobs.add(manifest.config());
    remote.download(blobs);
    return root;
  }
}
