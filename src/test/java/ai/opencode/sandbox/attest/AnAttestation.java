package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Statements of a few bytes beside the images of an index. */
public final class AnAttestation {

  private AnAttestation() {}

  /**
   * Returns an index with the same images, and a statement about each of them after all.
   *
   * @param text the statements' only content
   */
  public static Descriptor beside(BlobStore store, Descriptor index, String text)
      throws IOException {
    ImageIndex images = ImageIndex.parse(store.read(index.digest()), "the index");
    List<Descriptor> entries = new ArrayList<>(images.images());
    for (Descriptor each : images.images()) {
      byte[] predicate = ("{\"text\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8);
      Statement statement = Statement.of(AttestationKind.PROVENANCE, each.digest(), predicate);
      entries.add(AttestationManifest.write(each.digest(), List.of(statement), store));
    }
    return store.put(MediaType.INDEX, new ImageIndex(entries, images.annotations()).toJson());
  }
}
