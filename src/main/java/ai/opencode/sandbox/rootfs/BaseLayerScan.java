package ai.opencode.sandbox.rootfs;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.FileAttributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.evidence.EvidenceScan;
import ai.opencode.sandbox.evidence.LayerEvidence;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BaseLayer;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MeasuredStream;
import ai.opencode.sandbox.oci.MediaType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.List;

/**
 * A reader of a base image's layers, which applies them to a root as an engine would extract them
 * (image-spec, layer.md). It keeps the contents of the few files that a build reads. Of the others
 * it keeps hashes, because apk checks whether they were changed, and a base may protect any
 * directory.
 */
public final class BaseLayerScan {

  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";

  private BaseLayerScan() {}

  /** A receiver of the evidence of software in a layer. */
  @FunctionalInterface
  public interface Evidence {
    void keep(Digest layer, LayerEvidence evidence) throws IOException;
  }

  /** Reads the file system of a base image from its layers. */
  public static Root of(List<BaseLayer> layers, BlobStore blobs) throws IOException {
    return of(layers, blobs, (layer, evidence) -> {});
  }

  /**
   * Reads the file system of a base image from its layers.
   *
   * @param evidence receives the evidence of software in each layer, which is found in the same
   *     pass
   */
  public static Root of(List<BaseLayer> layers, BlobStore blobs, Evidence evidence)
      throws IOException {
    Root.Builder view = Root.builder();
    for (BaseLayer layer : layers) {
      EvidenceScan scan = EvidenceScan.given();
      apply(view, blobs, layer, scan);
      evidence.keep(layer.blob().digest(), scan.end());
    }
    return view.build();
  }

  /** Puts a layer on top of a root. */
  private static void apply(Root.Builder view, BlobStore blobs, BaseLayer layer, EvidenceScan scan)
      throws IOException {
    Descriptor blob = layer.blob();
    String source = "layer " + blob.digest();
    blobs.verify(blob.digest());
    try (InputStream file =
            new BufferedInputStream(Files.newInputStream(blobs.file(blob.digest())), 1 << 16);
        MeasuredStream archive = new MeasuredStream(inflated(file, blob, source));
        TarReader tar = new TarReader(archive, source, TarLimits.foreignArchive())) {
      KeptFiles kept = new KeptFiles(source);
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        String objection = FileAttributes.objection(entry).orElse(null);
        if (objection != null) {
          throw tar.refusal(entry.path() + ": " + objection);
        }
        scan.entry(entry);
        apply(view, entry, new Reader(tar, kept, scan));
      }
      if (tar.sawGlobalHeader()) {
        throw tar.refusal("a global PAX header, which some engines read as a file");
      }
      requireDiffId(archive, layer.diffId(), source);
    }
  }

  /**
   * Checks the digest of the uncompressed archive. An engine that has another layer of that digest
   * uses its files instead of this one's.
   */
  private static void requireDiffId(MeasuredStream archive, Digest expected, String source) {
    Digest actual = archive.digest();
    if (!actual.equals(expected)) {
      throw new VerificationException(
          "The base image's "
              + source
              + " unpacks to "
              + actual
              + ", and its configuration says "
              + expected
              + ". Use a base image as it was published.");
    }
  }

  private static InputStream inflated(InputStream file, Descriptor layer, String source) {
    return switch (layer.mediaType()) {
      case MediaType.LAYER_GZIP, MediaType.DOCKER_LAYER_GZIP -> Gzip.inflating(file, source);
      case MediaType.LAYER -> file;
      default ->
          throw new VerificationException(
              "The base image has a "
                  + source
                  + " of the type "
                  + layer.mediaType()
                  + ", which is not supported. Use a base image with gzip layers.");
    };
  }

  /**
   * The reader of a layer's contents.
   *
   * @param kept the contents that a build reads
   * @param scan the search for evidence of software
   */
  private record Reader(TarReader tar, KeptFiles kept, EvidenceScan scan) {}

  private static void apply(Root.Builder view, TarEntry entry, Reader reader) throws IOException {
    String path = entry.path();
    if (path.isEmpty()) {
      return;
    }
    String directory = Root.parent(path);
    String name = path.substring(directory.isEmpty() ? 0 : directory.length() + 1);
    if (name.equals(OPAQUE)) {
      view.empty(directory);
      return;
    }
    if (name.startsWith(WHITEOUT)) {
      String hidden = name.substring(WHITEOUT.length());
      view.remove(directory.isEmpty() ? hidden : directory + "/" + hidden);
      return;
    }
    Attributes attributes = entry.attributes();
    if (entry instanceof TarEntry.HardLink link) {
      Node target = view.get(link.target());
      if (target == null) {
        throw reader.tar.refusal(
            path + " is a hard link to " + link.target() + ", which does not exist");
      }
      view.put(path, target);
      return;
    }
    if (entry instanceof TarEntry.Directory) {
      view.put(path, Node.directory(attributes.access()));
      return;
    }
    view.put(path, node(entry, reader));
  }

  /** Returns the node for an entry. */
  private static Node node(TarEntry entry, Reader reader) throws IOException {
    byte[] kept = null;
    Checksum sha1 = null;
    String target = "";
    Node.Type type = Node.Type.OTHER;
    if (entry instanceof TarEntry.File file) {
      type = Node.Type.FILE;
      if (KeptFiles.isKept(file)) {
        kept = reader.kept.read(file, reader.tar.content());
      }
      MessageDigest digest = Checksum.newSha1();
      if (kept != null) {
        digest.update(kept);
        reader.scan.content(kept, 0, kept.length);
      } else {
        InputStream content = reader.tar.content();
        byte[] buffer = new byte[8192];
        for (int read = content.read(buffer); read > 0; read = content.read(buffer)) {
          digest.update(buffer, 0, read);
          reader.scan.content(buffer, 0, read);
        }
      }
      sha1 = Checksum.from(digest.digest());
      reader.scan.checksum(sha1);
    } else if (entry instanceof TarEntry.SymbolicLink link) {
      type = Node.Type.LINK;
      target = link.target();
      sha1 = Checksum.from(Checksum.newSha1().digest(target.getBytes(StandardCharsets.UTF_8)));
    }
    Attributes attributes = entry.attributes();
    return new Node(type, attributes.access(), target, sha1, null, kept);
  }
}
