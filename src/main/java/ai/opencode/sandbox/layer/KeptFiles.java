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

  private static final int MOST_BYTES_OF_A_FILE = 32 << 20;
  private static final int MOST_BYTES = 64 << 20;

  private long left = MOST_BYTES;

  /** Of one package or layer. */
  KeptFiles() {}

  /**
   * Reads a file, in memory.
   *
   * @throws VerificationException where they are more than anybody's configuration is
   */
  byte[] read(TarEntry.File file, TarReader tar) throws IOException {
    left -= file.size();
    if (left < 0) {
      throw tar.refusal(
          "more than "
              + (MOST_BYTES >> 20)
              + " MiB of certificates and of other files that a build looks into");
    }
    return tar.content().readAllBytes();
  }

  static boolean isKept(TarEntry.File file) {
    return file.size() <= MOST_BYTES_OF_A_FILE && isKept(file.path());
  }

  private static boolean isKept(String path) {
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
      KeptFiles kept = new KeptFiles();
      int at = 0;
      for (TarEntry entry = tar.next(); entry != null && wanted > 0; entry = tar.next(), at++) {
        ListedEntry listed = apk.entries().get(at);
        if (entry instanceof TarEntry.File wantedFile && isKept(wantedFile)) {
          byte[] content = kept.read(wantedFile, tar);
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
    return listed.entry() instanceof TarEntry.File file && isKept(file);
  }
}
