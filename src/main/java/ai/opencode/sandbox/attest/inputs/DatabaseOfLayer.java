package ai.opencode.sandbox.attest.inputs;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.MediaType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;

/** The search for apk's list of installed packages in the layer that holds it. */
final class DatabaseOfLayer {

  private DatabaseOfLayer() {}

  /**
   * Reads the list.
   *
   * @throws IOException if the layer does not hold it
   */
  static InstalledDatabase read(BlobStore blobs, Descriptor layer, String path) throws IOException {
    String source = "layer " + layer.digest();
    try (InputStream file =
            new BufferedInputStream(Files.newInputStream(blobs.file(layer.digest())), 1 << 16);
        InputStream archive =
            layer.mediaType().equals(MediaType.LAYER) ? file : Gzip.inflating(file, source);
        TarReader tar = new TarReader(archive, source, TarLimits.foreignArchive())) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        if (entry instanceof TarEntry.File && entry.path().equals(path)) {
          return InstalledDatabase.parse(tar.content(), "/" + path);
        }
      }
    }
    throw new IOException(source + " has no " + path);
  }

  /** Returns the names of packages by the paths of their files. */
  static Map<String, String> owners(InstalledDatabase database) {
    Map<String, String> owners = new HashMap<>();
    for (InstalledPackage each : database.packages()) {
      for (InstalledPackage.Directory directory : each.directories()) {
        String prefix = directory.path().isEmpty() ? "" : directory.path() + "/";
        directory.files().forEach(file -> owners.put(prefix + file.name(), each.pkg().name()));
      }
    }
    return owners;
  }
}
