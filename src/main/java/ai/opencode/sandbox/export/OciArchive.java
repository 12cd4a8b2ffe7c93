package ai.opencode.sandbox.export;

import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobContent;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** An OCI image layout in a tar file. */
public final class OciArchive {

  private final BlobStore blobs;
  private final Map<String, Descriptor> images;

  /**
   * Makes an archive that is not written yet.
   *
   * @param blobs the store with the content of all images
   * @param images the index or manifest of each image, by name
   */
  public OciArchive(BlobStore blobs, Map<String, Descriptor> images) {
    this.blobs = blobs;
    this.images = new TreeMap<>(images);
  }

  /** Writes a file atomically. */
  public void writeTo(Path file) throws IOException {
    WholeFile.write(file, this::writeTo);
  }

  private void writeTo(OutputStream out) throws IOException {
    Set<Digest> content = new LinkedHashSet<>();
    List<Descriptor> named = new ArrayList<>();
    for (Map.Entry<String, Descriptor> image : images.entrySet()) {
      content.addAll(OciLayout.reachable(blobs, image.getValue()));
      named.add(image.getValue().withAnnotation(Annotations.REF_NAME, image.getKey()));
    }
    try (TarWriter tar = new TarWriter(out)) {
      byte[] marker = OciLayout.marker();
      tar.write(DockerArchive.file("oci-layout", marker.length), marker);
      byte[] index = new ImageIndex(named, Map.of()).toJson();
      tar.write(DockerArchive.file("index.json", index.length), index);
      for (Digest digest : content) {
        try (BlobContent blob = blobs.content(digest)) {
          tar.write(DockerArchive.file("blobs/sha256/" + digest.hex(), blob.size()), blob.stream());
        }
      }
      tar.finish();
    }
  }
}
