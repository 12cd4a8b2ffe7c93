package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.ControlSegment;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** A fetched package for tests, made without a cache. */
public final class AFetchedPackage {

  private AFetchedPackage() {}

  public static FetchedPackage of(AnApk apk) throws IOException {
    byte[] data = apk.data();
    byte[] tar;
    try (GzipMembers members = new GzipMembers(new ByteArrayInputStream(data), apk.fileName());
        InputStream archive = Objects.requireNonNull(members.next())) {
      tar = archive.readAllBytes();
    }
    List<ListedEntry> entries = new ArrayList<>();
    TarReader reader =
        new TarReader(new ByteArrayInputStream(tar), apk.fileName(), TarLimits.alpinePackage());
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      Checksum sha1 = null;
      if (entry instanceof TarEntry.File) {
        sha1 = sha1(reader.content().readAllBytes());
      } else if (entry instanceof TarEntry.SymbolicLink link) {
        sha1 = sha1(link.target().getBytes(StandardCharsets.UTF_8));
      }
      entries.add(new ListedEntry(entry, sha1));
    }
    byte[] control = apk.control();
    ControlSegment segment = ControlSegment.parse(control, apk.fileName());
    return new FetchedPackage(
        segment.info().toPackage(Checksum.ofControlSegment(control), apk.bytes().length),
        new PackageFile(
            new PackageHead(apk.signature(), segment),
            Descriptor.of(MediaType.LAYER_GZIP, Digest.sha256(data), data.length),
            Digest.sha256(tar),
            tar.length,
            true,
            entries));
  }

  /**
   * Returns a package of which only name, size and number of entries count. The digest of its data
   * is that of its name.
   */
  public static FetchedPackage ofSize(String name, String version, long bytes, int entries) {
    FetchedPackage small;
    try {
      small = of(AnApk.named(name).version(version).withDirectory("d", 0755));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new FetchedPackage(
        small.pkg(),
        new PackageFile(
            small.head(),
            Descriptor.of(MediaType.LAYER_GZIP, Digest.sha256(name), bytes),
            small.diffId(),
            small.unpackedBytes(),
            true,
            Collections.nCopies(entries, small.entries().get(0))));
  }

  public static Checksum sha1(byte[] content) {
    return Checksum.from(Checksum.newSha1().digest(content));
  }
}
