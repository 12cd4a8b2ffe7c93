package ai.opencode.sandbox.image;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.oci.BlobSink;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The layer of a definition's symbolic links, below the layer of its files. It is a separate layer,
 * because Jib can only write files and directories.
 *
 * @param blob the descriptor of the compressed archive
 * @param diffId the digest of the uncompressed archive
 */
record LinkLayer(Descriptor blob, Digest diffId) {

  /** The name of the layer in the image's history; a change changes the image's digest. */
  static final String CREATED_BY = "symbolic links";

  /** Writes and returns the layer; empty if there are no links. */
  static Optional<LinkLayer> write(ImageFiles files, BlobStore blobs) throws IOException {
    if (files.links().isEmpty()) {
      return Optional.empty();
    }
    MessageDigest diffId = Digest.newSha256();
    try (BlobSink sink = blobs.create()) {
      try (OutputStream gzip = Gzip.members(sink.content());
          OutputStream archive = new DigestOutputStream(gzip, diffId)) {
        TarWriter tar = new TarWriter(archive);
        write(files, tar);
        tar.finish();
      }
      Digest digest = sink.commit();
      return Optional.of(
          new LinkLayer(
              Descriptor.of(MediaType.LAYER_GZIP, digest, sink.size()),
              Digest.from(diffId.digest())));
    }
  }

  private static void write(ImageFiles files, TarWriter tar) throws IOException {
    NavigableSet<String> directories = new TreeSet<>();
    for (String path : files.links().keySet()) {
      for (String each = Root.parent(path);
          !each.isEmpty() && directories.add(each);
          each = Root.parent(each)) {}
    }
    for (String path : directories) {
      Node node = Objects.requireNonNull(files.view().get(path), path);
      tar.write(new TarEntry.Directory(path, Attributes.of(node.access())));
    }
    for (Map.Entry<String, Addition.Link> each : files.links().entrySet()) {
      tar.write(
          new TarEntry.SymbolicLink(
              each.getKey(), Attributes.of(Access.ofRoot(0777)), each.getValue().target()));
    }
  }
}
