package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.ListedEntry;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.rootfs.KeptFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** Contents of the files of a package that a build reads ({@link KeptFiles}). */
public final class PackageContents {

  private PackageContents() {}

  /** Returns the contents by path. A package without such files is not opened. */
  public static Map<String, byte[]> of(FetchedPackage apk, BlobStore blobs) throws IOException {
    long wanted = apk.entries().stream().filter(PackageContents::isKept).count();
    Map<String, byte[]> contents = new HashMap<>();
    if (wanted == 0) {
      return contents;
    }
    String source = apk.pkg().fileName();
    blobs.verify(apk.data().digest());
    try (InputStream file =
            new BufferedInputStream(
                Files.newInputStream(blobs.path(apk.data().digest())), 1 << 16);
        GzipMembers members = new GzipMembers(file, source)) {
      InputStream archive = members.next(OutputStream.nullOutputStream());
      if (archive == null) {
        return contents;
      }
      TarReader tar = new TarReader(archive, source, TarLimits.alpinePackage());
      KeptFiles kept = new KeptFiles();
      Iterator<ListedEntry> entries = apk.entries().iterator();
      for (TarEntry entry = tar.next(); entry != null && wanted > 0; entry = tar.next()) {
        ListedEntry listed = entries.next();
        if (entry instanceof TarEntry.File wantedFile && KeptFiles.isKept(wantedFile)) {
          byte[] content = kept.read(wantedFile, tar);
          if (!Checksum.from(Checksum.newSha1().digest(content)).equals(listed.sha1())) {
            throw new VerificationException(
                source
                    + ": "
                    + entry.path()
                    + " differs from the content that was verified."
                    + " Delete the cache and build again.");
          }
          contents.put(entry.path(), content);
          wanted--;
        }
      }
    }
    return contents;
  }

  private static boolean isKept(ListedEntry listed) {
    return listed.entry() instanceof TarEntry.File file && KeptFiles.isKept(file);
  }
}
