package ai.opencode.sandbox.archive;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A writer of tar entries as POSIX ustar, with a PAX header for entries that ustar cannot
 * represent. The bytes depend on the entries alone.
 */
public final class TarWriter implements Closeable {

  private static final int BLOCK = TarHeader.BLOCK;
  private static final long MAX_OCTAL_7 = 07777777L;
  private static final long MAX_OCTAL_11 = 077777777777L;

  /** A listener that is called for everything that is written. */
  public interface Witness {

    /** Receives an entry, before its content. */
    void entry(TarEntry entry);

    /** Receives a part of the content of the last entry, a file. */
    void content(byte[] bytes, int start, int length);
  }

  private static final Witness NONE =
      new Witness() {
        @Override
        public void entry(TarEntry entry) {}

        @Override
        public void content(byte[] bytes, int start, int length) {}
      };

  private final OutputStream out;
  private final Witness witness;
  private final byte[] buffer = new byte[1 << 16];

  /**
   * Creates a writer.
   *
   * @param out receives the archive; never closed by this writer
   */
  public TarWriter(OutputStream out) {
    this(out, NONE);
  }

  /**
   * Creates a writer.
   *
   * @param out receives the archive; never closed by this writer
   * @param witness receives all entries and contents
   */
  public TarWriter(OutputStream out, Witness witness) {
    this.out = out;
    this.witness = witness;
  }

  /** Writes an entry without content, which is any entry except a file that is not empty. */
  public void write(TarEntry entry) throws IOException {
    if (entry instanceof TarEntry.File file && file.size() != 0) {
      throw new IllegalArgumentException(entry.path() + " has content");
    }
    writeHeader(entry);
  }

  public void write(TarEntry.File file, byte[] content) throws IOException {
    if (content.length != file.size()) {
      throw new IllegalArgumentException(file.path() + " is not " + content.length + " bytes long");
    }
    writeHeader(file);
    witness.content(content, 0, content.length);
    out.write(content);
    pad(content.length);
  }

  /**
   * Writes a file and copies its content; {@code content} must hold at least {@code file.size()}
   * bytes.
   */
  public void write(TarEntry.File file, InputStream content) throws IOException {
    writeHeader(file);
    long left = file.size();
    while (left > 0) {
      int read = content.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new IOException(file.path() + " ended " + left + " bytes too early");
      }
      witness.content(buffer, 0, read);
      out.write(buffer, 0, read);
      left -= read;
    }
    pad(file.size());
  }

  /** Ends the archive with two zero blocks. */
  public void finish() throws IOException {
    out.write(new byte[2 * BLOCK]);
  }

  /**
   * Flushes the entries without writing two zero blocks. apk requires this form of a package's
   * signature and control segments, which it reads as one archive.
   */
  @Override
  public void close() throws IOException {
    out.flush();
  }

  private void writeHeader(TarEntry entry) throws IOException {
    witness.entry(entry);
    Attributes attributes = entry.attributes();
    TreeMap<String, String> pax = new TreeMap<>(attributes.pax());
    byte[] header = new byte[BLOCK];
    boolean directory = entry instanceof TarEntry.Directory;
    String path = directory ? entry.path() + "/" : entry.path();
    putName(header, path, pax);
    putOctal(header, 100, 8, attributes.mode());
    putId(header, 108, attributes.uid(), "uid", pax);
    putId(header, 116, attributes.gid(), "gid", pax);
    long size = entry instanceof TarEntry.File file ? file.size() : 0;
    if (size > MAX_OCTAL_11) {
      pax.put("size", Long.toString(size));
    }
    putOctal(header, 124, 12, Math.min(size, MAX_OCTAL_11));
    putOctal(header, 136, 12, Math.min(Math.max(attributes.modifiedSeconds(), 0), MAX_OCTAL_11));
    header[156] = (byte) type(entry);
    putText(header, 157, 100, target(entry), "linkpath", pax);
    System.arraycopy(ascii("ustar\00000"), 0, header, 257, 8);
    putText(header, 265, 32, attributes.userName(), "uname", pax);
    putText(header, 297, 32, attributes.groupName(), "gname", pax);
    putOctal(header, 329, 8, entry instanceof TarEntry.Device device ? device.major() : 0);
    putOctal(header, 337, 8, entry instanceof TarEntry.Device device ? device.minor() : 0);
    if (!pax.isEmpty()) {
      writePax(pax);
    }
    putChecksum(header);
    out.write(header);
  }

  private void writePax(Map<String, String> pax) throws IOException {
    byte[] records = PaxRecords.format(pax);
    byte[] header = new byte[BLOCK];
    System.arraycopy(ascii("PaxHeader"), 0, header, 0, 9);
    putOctal(header, 100, 8, 0644);
    putOctal(header, 108, 8, 0);
    putOctal(header, 116, 8, 0);
    putOctal(header, 124, 12, records.length);
    putOctal(header, 136, 12, 0);
    header[156] = 'x';
    System.arraycopy(ascii("ustar\00000"), 0, header, 257, 8);
    putOctal(header, 329, 8, 0);
    putOctal(header, 337, 8, 0);
    putChecksum(header);
    out.write(header);
    out.write(records);
    pad(records.length);
  }

  private void pad(long size) throws IOException {
    int padding = (int) ((BLOCK - size % BLOCK) % BLOCK);
    out.write(new byte[padding]);
  }

  private static char type(TarEntry entry) {
    if (entry instanceof TarEntry.File) {
      return '0';
    } else if (entry instanceof TarEntry.HardLink) {
      return '1';
    } else if (entry instanceof TarEntry.SymbolicLink) {
      return '2';
    } else if (entry instanceof TarEntry.Device device) {
      return device.block() ? '4' : '3';
    } else if (entry instanceof TarEntry.Directory) {
      return '5';
    }
    return '6'; // A named pipe.
  }

  private static String target(TarEntry entry) {
    if (entry instanceof TarEntry.HardLink link) {
      return link.target();
    }
    return entry instanceof TarEntry.SymbolicLink link ? link.target() : "";
  }

  private static void putName(byte[] header, String path, Map<String, String> pax) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    boolean ascii = bytes.length == path.length();
    if (ascii && bytes.length <= 100) {
      System.arraycopy(bytes, 0, header, 0, bytes.length);
      return;
    }
    // The prefix field takes whole directories only, and the name field must not be empty.
    int slash = path.lastIndexOf('/', Math.min(155, path.length() - 2));
    if (ascii && slash > 0 && path.length() - slash - 1 <= 100) {
      System.arraycopy(bytes, 0, header, 345, slash);
      System.arraycopy(bytes, slash + 1, header, 0, bytes.length - slash - 1);
      return;
    }
    pax.put("path", path);
    System.arraycopy(bytes, 0, header, 0, Math.min(100, bytes.length));
  }

  private static void putText(
      byte[] header, int start, int length, String text, String key, Map<String, String> pax) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > length || bytes.length != text.length()) {
      pax.put(key, text);
    }
    System.arraycopy(bytes, 0, header, start, Math.min(length, bytes.length));
  }

  private static void putId(
      byte[] header, int start, long id, String key, Map<String, String> pax) {
    if (id > MAX_OCTAL_7) {
      pax.put(key, Long.toString(id));
    }
    putOctal(header, start, 8, Math.min(id, MAX_OCTAL_7));
  }

  private static void putOctal(byte[] header, int start, int length, long value) {
    long rest = value;
    for (int i = start + length - 2; i >= start; i--) {
      header[i] = (byte) ('0' + (rest & 7));
      rest >>>= 3;
    }
    header[start + length - 1] = 0;
  }

  private static void putChecksum(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    putOctal(header, 148, 7, sum);
    header[155] = ' ';
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
