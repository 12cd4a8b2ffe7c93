package ai.opencode.sandbox.image;

import ai.opencode.sandbox.oci.BlobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A store for runs of Jib.
 *
 * @param work an empty directory for their temporary files
 */
record AStore(BlobStore blobs, Path work) {

  static AStore in(Path directory) throws IOException {
    return new AStore(
        new BlobStore(directory.resolve("blobs")),
        Files.createDirectory(directory.resolve("work")));
  }
}
