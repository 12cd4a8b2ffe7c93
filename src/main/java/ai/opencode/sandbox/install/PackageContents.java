package ai.opencode.sandbox.install;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.fetch.DataSegment;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.ListedEntry;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.rootfs.KeptFiles;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads those files of an Alpine package whose content a build needs, such as the list of busybox's
 * commands; {@link KeptFiles} decides which.
 */
public final class PackageContents {

  private PackageContents() {}

  /**
   * Returns the contents by path. A package without such files is not opened.
   *
   * @throws ai.opencode.sandbox.failure.VerificationException if the cache was changed since the
   *     package was verified
   */
  public static Map<String, byte[]> of(FetchedPackage apk, BlobStore blobs) throws IOException {
    long wanted = apk.entries().stream().filter(PackageContents::isKept).count();
    Map<String, byte[]> contents = new HashMap<>();
    if (wanted == 0) {
      return contents;
    }
    blobs.verify(apk.data().digest());
    try (DataSegment data = DataSegment.open(apk, blobs)) {
      KeptFiles kept = new KeptFiles(apk.pkg().fileName());
      // A package can be large, so reading stops after the last file that is needed.
      while (contents.size() < wanted) {
        ListedEntry listed = data.next();
        if (listed == null) {
          break;
        }
        if (listed.entry() instanceof TarEntry.File file && KeptFiles.isKept(file)) {
          contents.put(listed.path(), kept.read(file, data.content()));
        }
      }
    }
    return contents;
  }

  private static boolean isKept(ListedEntry listed) {
    return listed.entry() instanceof TarEntry.File file && KeptFiles.isKept(file);
  }
}
