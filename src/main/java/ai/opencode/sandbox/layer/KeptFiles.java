package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.ListedEntry;
import ai.opencode.sandbox.oci.BlobStore;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;

/**
 * The few files whose contents a build looks into: what it changes, and what installation scripts
 * would read.
 */
final class KeptFiles {

  static final int MAX_BYTES = 32 << 20;

  private KeptFiles() {}

  static boolean isKept(String path) {
    return switch (path) {
      case "etc/passwd",
          "etc/group",
          "etc/shadow",
          "etc/shells",
          AppletLinks.LIST,
          LocalCertificates.SELECTION ->
          true;
      default ->
          path.startsWith("etc/apk/")
              || path.startsWith("lib/apk/db/")
              || path.startsWith("usr/lib/apk/db/")
              || path.startsWith(LocalCertificates.GLOBAL)
              || path.startsWith(LocalCertificates.LOCAL);
    };
  }

  /** Those of a package, by path. Most packages have none, and are not opened. */
  static Map<String, byte[]> of(FetchedPackage apk, BlobStore blobs) throws IOException {
    long wanted = apk.entries().stream().filter(KeptFiles::isKept).count();
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
      int at = 0;
      for (TarEntry entry = tar.next(); entry != null && wanted > 0; entry = tar.next(), at++) {
        ListedEntry listed = apk.entries().get(at);
        if (isKept(listed)) {
          byte[] content = tar.content().readAllBytes();
          if (!Checksum.from(Checksum.newSha1().digest(content)).equals(listed.sha1())) {
            throw new VerificationException(
                source + ": " + entry.path() + " is not what was verified; delete the cache");
          }
          contents.put(entry.path(), content);
          wanted--;
        }
      }
    }
    return contents;
  }

  private static boolean isKept(ListedEntry listed) {
    return listed.entry() instanceof TarEntry.File file
        && file.size() <= MAX_BYTES
        && isKept(listed.path());
  }
}
