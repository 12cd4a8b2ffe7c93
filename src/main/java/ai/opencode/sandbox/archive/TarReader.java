package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar stream (POSIX ustar, PAX, GNU long names) entry by entry, in constant memory.
 * Whatever an archive claims is bounded before it is believed; the first thing that is wrong ends
 * the reading with a {@link VerificationException} that names the archive and the byte offset of
 * the header.
 *
 * <p>Engines read layers with Go's {@code archive/tar}. A header that it would understand otherwise
 * than this reader, or that tools disagree about, is malformed.
 */
public final class TarReader implements Closeable {

  static final int BLOCK = 512;
  private static final int MAX_META_BYTES = 1 << 20;
  private static final int MAX_META_HEADERS = 8;

  /** Linux allows 4,095 bytes; engines put their own directory in front of a name. */
  private static final int MAX_PATH_BYTES = 3072;

  private static final int MAX_NAME_BYTES = 255;
  private static final int MAX_DEPTH = 128;

  /** Of 32 bits; the last number means "no change" to the system call that sets an owner. */
  private static final long MAX_ID = 0xffff_fffeL;

  /** Seconds of which the nanoseconds fit in 63 bits, the form that engines count in. */
  private static final long MAX_SECONDS = 9_223_372_036L;

  private static final long MAX_MAJOR = 0xfff;
  private static final long MAX_MINOR = 0xf_ffff;

  /** Tools fill up to a record; ten kilobytes by habit, a mebibyte at most. */
  private static final int MAX_END_BYTES = 1 << 20;

  /** Names and extended headers of an entry, on average; their sum is bounded, not each. */
  private static final int HEADER_BYTES_PER_ENTRY = 4096;

  private final InputStream in;
  private final String source;
  private final TarLimits limits;
  private final byte[] header = new byte[BLOCK];
  private final Content content = new Content();

  private long offset;
  private long headerOffset;
  private int entries;
  private long contentBytes;
  private long remaining;
  private long padding;
  private boolean ended;
  private boolean sawEndOfArchive;
  private boolean sawGlobalHeader;
  private HeaderFormat format = HeaderFormat.V7;

  /**
   * @param in the archive, not compressed; closed with this reader
   * @param source what to call the archive in messages
   */
  public TarReader(InputStream in, String source, TarLimits limits) {
    this.in = in;
    this.source = source;
    this.limits = limits;
  }

  /**
   * Skips what is left of the current entry and reads the next header.
   *
   * @return null at the end of the archive
   * @throws VerificationException where the archive is malformed or exceeds its limits
   */
  public @Nullable TarEntry next() throws IOException {
    skipContent();
    if (ended) {
      return null;
    }
    if (offset - contentBytes > MAX_META_BYTES + (long) HEADER_BYTES_PER_ENTRY * entries) {
      throw malformed("more headers than its entries need");
    }
    @Nullable TreeMap<String, String> pax = null;
    String longName = null;
    String longTarget = null;
    for (int meta = 0; ; meta++) {
      if (meta > MAX_META_HEADERS) {
        throw malformed("more than " + MAX_META_HEADERS + " headers describe one entry");
      }
      headerOffset = offset;
      if (!readHeader()) {
        if (meta > 0) {
          throw malformed("the archive ends after a header that describes the next entry");
        }
        ended = true;
        return null;
      }
      char type = (char) (header[156] & 0xff);
      switch (type) {
        case 'x' -> {
          if (pax != null) {
            throw malformed("two PAX headers describe one entry");
          }
          pax = new TreeMap<>();
          PaxRecords.parse(readMeta(), pax, this::malformed);
        }
        case 'g' -> {
          if (meta > 0) {
            throw malformed("a global PAX header stands between an entry and what describes it");
          }
          if (sawGlobalHeader) {
            throw malformed("a second global PAX header");
          }
          globalHeader();
          meta = -1;
        }
        case 'L' -> longName = gnuName(longName);
        case 'K' -> longTarget = gnuName(longTarget);
        default -> {
          return entry(type, pax == null ? new TreeMap<>() : pax, longName, longTarget);
        }
      }
    }
  }

  /**
   * A header for all entries may hold a comment, which git writes. An engine keeps none of its
   * records in mind, other tools do.
   */
  private void globalHeader() throws IOException {
    if (!limits.foreign()) {
      throw malformed("a global PAX header");
    }
    sawGlobalHeader = true;
    TreeMap<String, String> global = new TreeMap<>();
    PaxRecords.parse(readMeta(), global, this::malformed);
    global.remove("comment");
    if (!global.isEmpty()) {
      throw malformed("a global PAX header sets " + global.firstKey());
    }
  }

  /** The content of the entry that {@link #next} returned last; empty for everything but a file. */
  public InputStream content() {
    return content;
  }

  /** Bytes of the archive consumed so far. */
  public long offset() {
    return offset;
  }

  /**
   * Whether the archive closed with its two zero blocks; known once {@link #next} has returned
   * null.
   */
  public boolean sawEndOfArchive() {
    return sawEndOfArchive;
  }

  /**
   * Whether a global PAX header was among what has been read. Some engines take one for a file, and
   * remove what lies at its name.
   */
  public boolean sawGlobalHeader() {
    return sawGlobalHeader;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private TarEntry entry(
      char type, Map<String, String> pax, @Nullable String longName, @Nullable String longTarget) {
    if (++entries > limits.maxEntries()) {
      throw malformed("more than " + limits.maxEntries() + " entries");
    }
    // Of a GNU name and a PAX path, some readers take the one, others the other.
    if ((longName != null && pax.containsKey("path"))
        || (longTarget != null && pax.containsKey("linkpath"))) {
      throw malformed("two headers that name one entry");
    }
    String rawPath = firstOf(pax.get("path"), longName);
    if (rawPath == null) {
      rawPath = ustarName();
    }
    String rawTarget = firstOf(pax.get("linkpath"), longTarget);
    if (rawTarget == null) {
      rawTarget = text(157, 100);
    }
    boolean slash = rawPath.endsWith("/");
    String path = clean(rawPath, "name");
    String paxSize = pax.get("size");
    long size = paxSize == null ? number(124, 12) : decimal(paxSize, "size");
    Attributes attributes = attributes(pax);
    boolean file = type == '0' || (type == 0 && !slash);
    if (type == 0 && !limits.foreign()) {
      throw malformed(path + " has the type NUL, which apk leaves out");
    }
    if (type == '0' && slash) {
      throw malformed(path + " is a file with the name of a folder");
    }
    if (path.isEmpty() && type != 0 && type != '5') {
      throw malformed("the root is no folder");
    }
    if (file) {
      contentBytes += size;
      if (size > limits.maxContentBytes() || contentBytes > limits.maxContentBytes()) {
        throw malformed("more than " + limits.maxContentBytes() + " bytes of content");
      }
      begin(size);
      return new TarEntry.File(path, attributes, size);
    }
    // Links to files may repeat the file's size, but have no content of their own.
    if (size != 0 && type != '1' && type != '2' && type != '5' && type != 0) {
      throw malformed(path + " has content but is no file");
    }
    begin(0);
    return switch (type) {
      case 0, '5' -> new TarEntry.Directory(path, attributes);
      case '2' -> new TarEntry.SymbolicLink(path, attributes, symbolicTarget(path, rawTarget));
      case '1' -> new TarEntry.HardLink(path, attributes, clean(rawTarget, "link target"));
      case '3', '4' -> device(path, attributes, type == '4');
      case '6' -> new TarEntry.Fifo(path, attributes);
      default -> throw malformed(path + " has the unknown type " + printable(type));
    };
  }

  private TarEntry device(String path, Attributes attributes, boolean block) {
    long major = format == HeaderFormat.V7 ? 0 : number(329, 8);
    long minor = format == HeaderFormat.V7 ? 0 : number(337, 8);
    if (major > MAX_MAJOR || minor > MAX_MINOR) {
      throw malformed(path + " is a device with numbers that Linux has not");
    }
    if (!block && major == 0 && minor == 0) {
      throw malformed(path + " is the device 0:0, which hides what other layers have there");
    }
    return new TarEntry.Device(path, attributes, block, major, minor);
  }

  private static @Nullable String firstOf(@Nullable String first, @Nullable String second) {
    return first != null ? first : second;
  }

  private Attributes attributes(Map<String, String> pax) {
    long uid = pax.containsKey("uid") ? decimal(pax.get("uid"), "uid") : number(108, 8);
    long gid = pax.containsKey("gid") ? decimal(pax.get("gid"), "gid") : number(116, 8);
    if (uid > MAX_ID || gid > MAX_ID) {
      throw malformed("an owner beyond 32 bits");
    }
    String userName = pax.getOrDefault("uname", format == HeaderFormat.V7 ? "" : text(265, 32));
    String groupName = pax.getOrDefault("gname", format == HeaderFormat.V7 ? "" : text(297, 32));
    String paxModified = pax.get("mtime");
    long modified = paxModified == null ? number(136, 12) : seconds(paxModified, "mtime");
    if (modified > MAX_SECONDS) {
      throw malformed("a date that is too late");
    }
    for (String date : List.of("atime", "ctime")) {
      if (pax.containsKey(date)) {
        seconds(pax.get(date), date);
      }
    }
    int mode = (int) (number(100, 8) & 07777);
    pax.keySet().removeIf(key -> !PaxRecords.describesFile(key));
    return new Attributes(mode, uid, gid, userName, groupName, modified, pax);
  }

  private String symbolicTarget(String path, String target) {
    if (target.isEmpty() || utf8Length(target) > MAX_PATH_BYTES || hasControlCharacter(target)) {
      throw malformed(path + " is a symbolic link with an empty, over-long or unprintable target");
    }
    return target;
  }

  private String clean(String raw, String what) {
    String path = raw;
    while (limits.foreign() && path.startsWith("./")) {
      path = path.substring(2);
    }
    if (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (limits.foreign() && (path.isEmpty() || path.equals("."))) {
      return "";
    }
    if (path.isEmpty() || utf8Length(path) > MAX_PATH_BYTES) {
      throw malformed("a " + what + " that is empty or longer than " + MAX_PATH_BYTES);
    }
    if (hasControlCharacter(path)) {
      throw malformed("a " + what + " with control characters");
    }
    if (path.startsWith("/")) {
      throw malformed("the absolute " + what + " " + path);
    }
    int depth = 0;
    for (int start = 0; start <= path.length(); depth++) {
      int end = path.indexOf('/', start);
      end = end < 0 ? path.length() : end;
      String part = path.substring(start, end);
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw malformed("the " + what + " " + path + ", which does not name one place");
      }
      if (part.length() > MAX_NAME_BYTES / 3 && utf8Length(part) > MAX_NAME_BYTES) {
        throw malformed("a " + what + " with a part of more than " + MAX_NAME_BYTES + " bytes");
      }
      start = end + 1;
    }
    if (depth > MAX_DEPTH) {
      throw malformed("a " + what + " deeper than " + MAX_DEPTH + " folders");
    }
    return path;
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean hasControlCharacter(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c == 0x7f) {
        return true;
      }
    }
    return false;
  }

  private boolean readHeader() throws IOException {
    int read = readUpTo(header);
    if (read == 0) {
      return false;
    }
    if (read < BLOCK) {
      throw malformed("the archive ends inside a header");
    }
    if (isZero(header)) {
      readEndOfArchive();
      return false;
    }
    verifyHeaderChecksum();
    format = HeaderFormat.of(header);
    verifyNumbers();
    return true;
  }

  /**
   * What follows the first zero block must be zero too: engines ignore it silently, so content
   * could hide there.
   */
  private void readEndOfArchive() throws IOException {
    byte[] rest = new byte[BLOCK];
    long end = offset + MAX_END_BYTES;
    for (int read = readUpTo(rest); read > 0; read = readUpTo(rest)) {
      sawEndOfArchive |= read == BLOCK;
      if (offset > end) {
        throw malformed("more than " + MAX_END_BYTES + " bytes after its end");
      }
      for (int i = 0; i < read; i++) {
        if (rest[i] != 0) {
          throw malformed("data after the end of the archive");
        }
      }
    }
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private void verifyHeaderChecksum() {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
    }
    if (sum != number(148, 8)) {
      throw malformed("a header whose checksum does not fit (is this a tar archive?)");
    }
  }

  /** Readers refuse a header for a number that its type does not need, so all of them count. */
  private void verifyNumbers() {
    number(100, 8);
    number(108, 8);
    number(116, 8);
    number(124, 12);
    number(136, 12);
    if (format != HeaderFormat.V7) {
      number(329, 8);
      number(337, 8);
    }
    if (format == HeaderFormat.STAR) {
      number(476, 12);
      number(488, 12);
    }
    // Where these two are no numbers, Go takes them for the start of a name.
    if (format == HeaderFormat.GNU) {
      if (header[345] != 0) {
        number(345, 12);
      }
      if (header[357] != 0) {
        number(357, 12);
      }
    }
  }

  private byte[] readMeta() throws IOException {
    long size = number(124, 12);
    if (size > MAX_META_BYTES) {
      throw malformed("a header of " + size + " bytes describes an entry");
    }
    byte[] bytes = new byte[(int) size];
    begin(size);
    int read = content.readNBytes(bytes, 0, bytes.length);
    if (read < bytes.length) {
      throw malformed("the archive ends inside a header");
    }
    skipContent();
    return bytes;
  }

  private String ustarName() {
    String name = text(0, 100);
    String prefix = format.prefixLength() == 0 ? "" : text(345, format.prefixLength());
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private String gnuName(@Nullable String before) throws IOException {
    byte[] bytes = readMeta();
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    if (end == 0 || before != null) {
      throw malformed("a GNU header with an empty or a second name");
    }
    return decode(bytes, 0, end);
  }

  private String text(int start, int length) {
    int end = start;
    while (end < start + length && header[end] != 0) {
      end++;
    }
    return decode(header, start, end - start);
  }

  private String decode(byte[] bytes, int start, int length) {
    try {
      return Utf8.decode(bytes, start, length);
    } catch (CharacterCodingException e) {
      throw malformed("a name that is not UTF-8");
    }
  }

  /**
   * Octal text with blanks in front and blanks or NULs behind, or GNU's base-256 form where the
   * first bit is set. Negative numbers, and digits behind a NUL, are something else to each reader.
   */
  private long number(int start, int length) {
    int end = start + length;
    if ((header[start] & 0x80) != 0) {
      if ((header[start] & 0x40) != 0) {
        throw malformed("a number below zero");
      }
      long value = header[start] & 0x3f;
      for (int i = start + 1; i < end; i++) {
        if (value > Long.MAX_VALUE >> 8) {
          throw malformed("a number that is too large");
        }
        value = (value << 8) | (header[i] & 0xff);
      }
      return value;
    }
    int at = start;
    while (at < end && header[at] == ' ') {
      at++;
    }
    long value = 0;
    for (; at < end && header[at] >= '0' && header[at] <= '7'; at++) {
      value = (value << 3) | (header[at] - '0');
    }
    for (; at < end; at++) {
      if (header[at] != 0 && header[at] != ' ') {
        throw malformed("a number that is not octal");
      }
    }
    return value;
  }

  private long decimal(@Nullable String text, String what) {
    if (text == null || text.isEmpty() || text.length() > 18) {
      throw malformed("a PAX " + what + " that is no number");
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        throw malformed("a PAX " + what + " that is no number");
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }

  /** Whole seconds of a PAX date; 0 for what was before 1970. */
  private long seconds(@Nullable String text, String what) {
    String date = String.valueOf(text);
    boolean negative = date.startsWith("-");
    int point = date.indexOf('.');
    if (point >= 0 && point < date.length() - 1) {
      for (int i = point + 1; i < date.length(); i++) {
        if (date.charAt(i) < '0' || date.charAt(i) > '9') {
          throw malformed("a PAX " + what + " that is no number");
        }
      }
    }
    long whole = decimal(date.substring(negative ? 1 : 0, point < 0 ? date.length() : point), what);
    if (whole > MAX_SECONDS) {
      throw malformed("a date that is too far away");
    }
    return negative ? 0 : whole;
  }

  private void begin(long size) {
    remaining = size;
    padding = (BLOCK - size % BLOCK) % BLOCK;
  }

  private void skipContent() throws IOException {
    long left = remaining + padding;
    remaining = 0;
    padding = 0;
    while (left > 0) {
      long skipped = in.skip(left);
      if (skipped <= 0) {
        if (in.read() < 0) {
          throw truncated();
        }
        skipped = 1;
      }
      left -= skipped;
      offset += skipped;
    }
  }

  private int readUpTo(byte[] block) throws IOException {
    int read = in.readNBytes(block, 0, block.length);
    offset += read;
    return read;
  }

  /** A refusal of the entry that {@link #next} returned last, with the archive and its offset. */
  public VerificationException refusal(String what) {
    return new VerificationException(
        source + ": " + what + " (header at byte " + headerOffset + ")");
  }

  private VerificationException truncated() {
    return malformed("the archive ends inside an entry");
  }

  private VerificationException malformed(String what) {
    return new VerificationException(
        source + ": malformed tar archive, " + what + " (header at byte " + headerOffset + ")");
  }

  private static String printable(char type) {
    return type > 0x20 && type < 0x7f ? "'" + type + "'" : "0x" + Integer.toHexString(type);
  }

  private final class Content extends InputStream {

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      if (remaining == 0) {
        return length == 0 ? 0 : -1;
      }
      int read = in.read(bytes, start, (int) Math.min(length, remaining));
      if (read < 0) {
        throw truncated();
      }
      remaining -= read;
      offset += read;
      return read;
    }

    @Override
    public int available() {
      return (int) Math.min(remaining, Integer.MAX_VALUE);
    }
  }
}
