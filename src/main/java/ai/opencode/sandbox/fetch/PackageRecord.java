package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.util.List;

/**
 * The form of a package's record in the cache: its diff ID and list of entries. With it, the data
 * segment need not be inflated again.
 *
 * @param head the package's head, which has a record of its own
 */
record PackageRecord(PackageHead head) implements Records.Codec<PackageFile> {

  /** The version of the record's form, raised with every change of it. */
  static final int FORMAT = 6;

  @Override
  public void write(PackageFile apk, RecordWriter out) {
    out.digest(apk.data().digest()).number(apk.data().size());
    out.digest(apk.diffId()).number(apk.unpackedBytes());
    out.flag(apk.endOfArchive());
    out.list(apk.entries(), PackageRecord::write);
  }

  private static void write(ListedEntry listed, RecordWriter out) {
    TarEntry entry = listed.entry();
    if (entry instanceof TarEntry.File file) {
      out.text("file").number(file.size());
    } else if (entry instanceof TarEntry.SymbolicLink link) {
      out.text("symbolic link").text(link.target());
    } else if (entry instanceof TarEntry.HardLink link) {
      out.text("hard link").text(link.target());
    } else if (entry instanceof TarEntry.Device device) {
      out.text("device").flag(device.block()).number(device.major()).number(device.minor());
    } else {
      out.text(entry instanceof TarEntry.Directory ? "directory" : "pipe");
    }
    out.text(entry.path());
    Attributes attributes = entry.attributes();
    out.number(attributes.mode()).number(attributes.uid()).number(attributes.gid());
    out.text(attributes.userName()).text(attributes.groupName());
    out.number(attributes.modifiedSeconds()).texts(attributes.pax());
    out.text(listed.sha1() == null ? "" : listed.sha1().hex());
  }

  @Override
  public PackageFile read(RecordReader in) throws IOException {
    Digest data = in.digest();
    long dataSize = in.size();
    Digest diffId = in.digest();
    long unpacked = in.size();
    boolean endOfArchive = in.flag();
    List<ListedEntry> entries = in.list(PackageRecord::entry);
    return new PackageFile(
        head,
        Descriptor.of(MediaType.LAYER_GZIP, data, dataSize),
        diffId,
        unpacked,
        endOfArchive,
        entries);
  }

  private static ListedEntry entry(RecordReader in) throws IOException {
    String type = in.text();
    TarEntry entry =
        switch (type) {
          case "file" -> file(in.size(), in);
          case "symbolic link" -> symbolicLink(in.text(), in);
          case "hard link" -> hardLink(in.text(), in);
          case "device" -> device(in.flag(), in.size(), in.size(), in);
          case "directory" -> new TarEntry.Directory(in.text(), attributes(in));
          case "pipe" -> new TarEntry.Fifo(in.text(), attributes(in));
          default -> throw new IOException("an entry has the unknown type " + type);
        };
    String sha1 = in.text();
    return new ListedEntry(entry, sha1.isEmpty() ? null : new Checksum(sha1));
  }

  private static TarEntry file(long size, RecordReader in) throws IOException {
    return new TarEntry.File(in.text(), attributes(in), size);
  }

  private static TarEntry symbolicLink(String target, RecordReader in) throws IOException {
    return new TarEntry.SymbolicLink(in.text(), attributes(in), target);
  }

  private static TarEntry hardLink(String target, RecordReader in) throws IOException {
    return new TarEntry.HardLink(in.text(), attributes(in), target);
  }

  private static TarEntry device(boolean block, long major, long minor, RecordReader in)
      throws IOException {
    return new TarEntry.Device(in.text(), attributes(in), block, major, minor);
  }

  private static Attributes attributes(RecordReader in) throws IOException {
    return new Attributes(
        new Access(in.smallNumber(), in.number(), in.number()),
        in.text(),
        in.text(),
        in.number(),
        in.textsByName());
  }
}
