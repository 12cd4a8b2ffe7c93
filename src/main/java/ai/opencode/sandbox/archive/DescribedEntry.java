package ai.opencode.sandbox.archive;

import java.util.List;

/**
 * An entry as its headers describe it. Rejects combinations of fields that tools disagree about.
 */
final class DescribedEntry {

  /** Owners have 32 bits; chown(2) reads the highest number as "no change". */
  private static final long MAX_ID = 0xffff_fffeL;

  private static final long MAX_MAJOR = 0xfff;
  private static final long MAX_MINOR = 0xf_ffff;

  private final TarHeader header;
  private final Refusal malformed;
  private final EntryNames names;
  private final char type;
  private final String target;
  private final boolean slash;
  private final String path;
  private final long size;
  private final Attributes attributes;

  /**
   * Reads the headers' fields.
   *
   * @param foreign whether habits of tools other than abuild are accepted
   */
  DescribedEntry(TarHeader header, ExtendedHeaders extended, boolean foreign, Refusal malformed) {
    this.header = header;
    this.malformed = malformed;
    this.names = new EntryNames(foreign, malformed);
    this.type = header.type();
    extended.requireOneName();
    String name = extended.name(header::name);
    this.target = extended.target(header::target);
    this.slash = name.endsWith("/");
    this.path = names.path(name, "name");
    this.size = extended.number("size", header::size);
    this.attributes = attributes(extended);
    verify(foreign);
  }

  private Attributes attributes(ExtendedHeaders extended) {
    long uid = extended.number("uid", header::uid);
    long gid = extended.number("gid", header::gid);
    if (uid > MAX_ID || gid > MAX_ID) {
      throw malformed.of("an owner beyond 32 bits");
    }
    String userName = extended.text("uname", header.userName());
    String groupName = extended.text("gname", header.groupName());
    long modified = extended.date("mtime", header::modified);
    if (modified > ExtendedHeaders.MAX_SECONDS) {
      throw malformed.of("a date that is too late");
    }
    for (String date : List.of("atime", "ctime")) {
      extended.date(date, () -> 0);
    }
    return new Attributes(
        new Access(header.mode(), uid, gid), userName, groupName, modified, extended.ofFile());
  }

  private void verify(boolean foreign) {
    if (type == 0 && !foreign) {
      throw malformed.of(path + " has the type NUL, which apk skips");
    }
    if (type == '0' && slash) {
      throw malformed.of(path + " is a file whose name ends like a directory's");
    }
    if (path.isEmpty() && type != 0 && type != '5') {
      throw malformed.of("the root is not a directory");
    }
  }

  boolean isFile() {
    return type == '0' || (type == 0 && !slash);
  }

  /** Returns the number of content bytes that follow the headers. */
  long contentSize() {
    return isFile() ? size : 0;
  }

  TarEntry toEntry() {
    if (isFile()) {
      return new TarEntry.File(path, attributes, size);
    }
    // Hard and symbolic links may repeat their target's size, but have no content of their own.
    if (size != 0 && type != '1' && type != '2' && type != '5' && type != 0) {
      throw malformed.of(path + " has content but is not a file");
    }
    return switch (type) {
      case 0, '5' -> new TarEntry.Directory(path, attributes);
      case '2' -> new TarEntry.SymbolicLink(path, attributes, names.symbolicTarget(path, target));
      case '1' -> new TarEntry.HardLink(path, attributes, names.path(target, "link target"));
      case '3', '4' -> device(type == '4');
      case '6' -> new TarEntry.Fifo(path, attributes);
      default -> throw malformed.of(path + " has the unknown type " + printable(type));
    };
  }

  private TarEntry device(boolean block) {
    long major = header.major();
    long minor = header.minor();
    if (major > MAX_MAJOR || minor > MAX_MINOR) {
      throw malformed.of(path + " is a device whose numbers are out of Linux's range");
    }
    if (!block && major == 0 && minor == 0) {
      throw malformed.of(path + " is the device 0:0, which deletes this path of lower layers");
    }
    return new TarEntry.Device(path, attributes, block, major, minor);
  }

  private static String printable(char type) {
    return type > 0x20 && type < 0x7f ? "'" + type + "'" : "0x" + Integer.toHexString(type);
  }
}
