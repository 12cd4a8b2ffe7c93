package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.ControlSegment;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the cache remembers of a package, so that its data segment need not be inflated again: the
 * control segment, the diff ID and the list of entries.
 */
final class PackageRecord {

  /** To be raised with every change to what is written. */
  static final int FORMAT = 3;

  private PackageRecord() {}

  static byte[] write(FetchedPackage apk) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      byte[] control = apk.control().compressed();
      out.writeInt(control.length);
      out.write(control);
      out.writeUTF(apk.data().digest().hex());
      out.writeLong(apk.data().size());
      out.writeUTF(apk.diffId().hex());
      out.writeLong(apk.unpackedBytes());
      out.writeBoolean(apk.endOfArchive());
      out.writeInt(apk.entries().size());
      for (ListedEntry listed : apk.entries()) {
        writeEntry(out, listed);
      }
    }
    return bytes.toByteArray();
  }

  private static void writeEntry(DataOutputStream out, ListedEntry listed) throws IOException {
    TarEntry entry = listed.entry();
    if (entry instanceof TarEntry.File file) {
      out.writeByte('f');
      out.writeLong(file.size());
    } else if (entry instanceof TarEntry.SymbolicLink link) {
      out.writeByte('l');
      out.writeUTF(link.target());
    } else if (entry instanceof TarEntry.HardLink link) {
      out.writeByte('h');
      out.writeUTF(link.target());
    } else if (entry instanceof TarEntry.Device device) {
      out.writeByte(device.block() ? 'b' : 'c');
      out.writeLong(device.major());
      out.writeLong(device.minor());
    } else {
      out.writeByte(entry instanceof TarEntry.Directory ? 'd' : 'p');
    }
    out.writeUTF(entry.path());
    Attributes attributes = entry.attributes();
    out.writeInt(attributes.mode());
    out.writeLong(attributes.uid());
    out.writeLong(attributes.gid());
    out.writeUTF(attributes.userName());
    out.writeUTF(attributes.groupName());
    out.writeLong(attributes.modifiedSeconds());
    out.writeInt(attributes.pax().size());
    for (Map.Entry<String, String> pax : attributes.pax().entrySet()) {
      out.writeUTF(pax.getKey());
      byte[] value = pax.getValue().getBytes(StandardCharsets.UTF_8);
      out.writeInt(value.length);
      out.write(value);
    }
    out.writeUTF(listed.sha1() == null ? "" : listed.sha1().hex());
  }

  /**
   * Reads a record.
   *
   * @param checksum that the control segment must have
   * @param size bytes of the package file
   */
  static FetchedPackage read(byte[] bytes, Checksum checksum, long size, String source)
      throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      byte[] compressed = in.readNBytes(in.readInt());
      if (!Checksum.ofControlSegment(compressed).equals(checksum)) {
        throw new IOException(source + ": the cache has another control segment");
      }
      ControlSegment control = ControlSegment.parse(compressed, source);
      Digest data = new Digest(in.readUTF());
      long dataSize = in.readLong();
      Digest diffId = new Digest(in.readUTF());
      long unpacked = in.readLong();
      boolean endOfArchive = in.readBoolean();
      int count = in.readInt();
      List<ListedEntry> entries = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        entries.add(readEntry(in));
      }
      return new FetchedPackage(
          control.info().toPackage(checksum, size),
          control,
          Descriptor.of(MediaType.LAYER_GZIP, data, dataSize),
          diffId,
          unpacked,
          endOfArchive,
          entries);
    }
  }

  private static ListedEntry readEntry(DataInputStream in) throws IOException {
    char type = (char) in.readByte();
    long first = 0;
    long second = 0;
    String target = "";
    switch (type) {
      case 'f' -> first = in.readLong();
      case 'l', 'h' -> target = in.readUTF();
      case 'b', 'c' -> {
        first = in.readLong();
        second = in.readLong();
      }
      default -> {}
    }
    String path = in.readUTF();
    int mode = in.readInt();
    long uid = in.readLong();
    long gid = in.readLong();
    String user = in.readUTF();
    String group = in.readUTF();
    long modified = in.readLong();
    Map<String, String> pax = new TreeMap<>();
    int records = in.readInt();
    for (int i = 0; i < records; i++) {
      String key = in.readUTF();
      pax.put(key, new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
    }
    Attributes attributes = new Attributes(mode, uid, gid, user, group, modified, pax);
    String sha1 = in.readUTF();
    TarEntry entry =
        switch (type) {
          case 'f' -> new TarEntry.File(path, attributes, first);
          case 'd' -> new TarEntry.Directory(path, attributes);
          case 'l' -> new TarEntry.SymbolicLink(path, attributes, target);
          case 'h' -> new TarEntry.HardLink(path, attributes, target);
          case 'b', 'c' -> new TarEntry.Device(path, attributes, type == 'b', first, second);
          default -> new TarEntry.Fifo(path, attributes);
        };
    return new ListedEntry(entry, sha1.isEmpty() ? null : new Checksum(sha1));
  }
}
