package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A reader of tar streams (POSIX ustar, PAX, GNU long names) that works entry by entry, in constant
 * memory. Every size and count in an archive is checked against a limit before it is used. The
 * first defect ends the reading with a {@link VerificationException} that names the archive and the
 * byte offset of the header.
 *
 * <p>Engines read layers with Go's {@code archive/tar}. A header that Go would interpret
 * differently from this reader, or that tools disagree about, is refused as malformed.
 */
public final class TarReader implements Closeable {

  private static final int BLOCK = TarHeader.BLOCK;
  private static final int MAX_META_BYTES = 1 << 20;

  /** Tools pad an archive to a full record: usually 10 KiB, at most 1 MiB. */
  private static final int MAX_END_BYTES = 1 << 20;

  /**
   * The allowance for names and extended headers, as an average: their sum is bounded, not each
   * one.
   */
  private static final int HEADER_BYTES_PER_ENTRY = 4096;

  private final InputStream in;
  private final String source;
  private final TarLimits limits;
  private final TarHeader header = new TarHeader(this::malformed);
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

  /**
   * Creates a reader.
   *
   * @param in the archive, not compressed; closed with this reader
   * @param source the name of the archive in messages
   */
  public TarReader(InputStream in, String source, TarLimits limits) {
    this.in = in;
    this.source = source;
    this.limits = limits;
  }

  /**
   * Skips the rest of the current entry and reads the next header.
   *
   * @return null at the end of the archive
   * @throws VerificationException if the archive is malformed or exceeds its limits
   */
  public @Nullable TarEntry next() throws IOException {
    skipContent();
    if (ended) {
      return null;
    }
    if (offset - contentBytes > MAX_META_BYTES + (long) HEADER_BYTES_PER_ENTRY * entries) {
      throw malformed("names and extended headers of more than 4 KiB for each entry");
    }
    ExtendedHeaders extended = new ExtendedHeaders(this::malformed);
    while (true) {
      headerOffset = offset;
      if (!readHeader()) {
        if (!extended.isEmpty()) {
          throw malformed("the archive ends after a header that describes the next entry");
        }
        ended = true;
        return null;
      }
      switch (header.type()) {
        case 'x' -> {
          extended.requireNoPax();
          extended.addPax(readMeta());
        }
        case 'g' -> globalHeader(extended);
        case 'L' -> extended.addName(readMeta());
        case 'K' -> extended.addTarget(readMeta());
        default -> {
          return entry(extended);
        }
      }
    }
  }

  /**
   * Checks a global header, which may hold only a comment, as git writes it. Engines ignore its
   * other records, while other tools apply them to all entries.
   */
  private void globalHeader(ExtendedHeaders extended) throws IOException {
    if (!extended.isEmpty()) {
      throw malformed("a global PAX header between an entry and its extended header");
    }
    if (sawGlobalHeader) {
      throw malformed("a second global PAX header");
    }
    // A global header is accepted only in archives of other programs.
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

  private TarEntry entry(ExtendedHeaders extended) {
    if (++entries > limits.maxEntries()) {
      throw malformed("more than " + limits.maxEntries() + " entries");
    }
    DescribedEntry entry = new DescribedEntry(header, extended, limits.foreign(), this::malformed);
    long size = entry.contentSize();
    contentBytes += size;
    if (size > limits.maxContentBytes() || contentBytes > limits.maxContentBytes()) {
      throw malformed("more than " + limits.maxContentBytes() + " bytes of content");
    }
    begin(size);
    return entry.toEntry();
  }

  /**
   * Returns the content of the entry that {@link #next} returned last; empty for all entries but
   * files.
   */
  public InputStream content() {
    return content;
  }

  /** Returns the number of archive bytes consumed so far. */
  public long offset() {
    return offset;
  }

  /**
   * Returns whether the archive ended with two zero blocks; known after {@link #next} has returned
   * null.
   */
  public boolean sawEndOfArchive() {
    return sawEndOfArchive;
  }

  /**
   * Returns whether the entries read so far included a global PAX header. Some engines take one for
   * a file and remove the file of that name.
   */
  public boolean sawGlobalHeader() {
    return sawGlobalHeader;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private boolean readHeader() throws IOException {
    int read = readUpTo(header.block());
    if (read == 0) {
      return false;
    }
    if (read < BLOCK) {
      throw malformed("the archive ends inside a header");
    }
    if (header.isZero()) {
      readEndOfArchive();
      return false;
    }
    header.verify();
    return true;
  }

  /**
   * Requires zeros after the first zero block: engines silently ignore all bytes there, so content
   * could be hidden.
   */
  private void readEndOfArchive() throws IOException {
    byte[] rest = new byte[BLOCK];
    long end = offset + MAX_END_BYTES;
    for (int read = readUpTo(rest); read > 0; read = readUpTo(rest)) {
      sawEndOfArchive |= read == BLOCK;
      if (offset > end) {
        throw malformed("more than " + MAX_END_BYTES + " bytes of padding after its end");
      }
      for (int i = 0; i < read; i++) {
        if (rest[i] != 0) {
          throw malformed("data after the end of the archive");
        }
      }
    }
  }

  private byte[] readMeta() throws IOException {
    long size = header.size();
    if (size > MAX_META_BYTES) {
      throw malformed("an extended header of " + size + " bytes, more than " + MAX_META_BYTES);
    }
    begin(size);
    byte[] bytes = content.readNBytes((int) size);
    skipContent();
    return bytes;
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

  /**
   * Returns an exception for a defect of the current entry. Its message names the archive and the
   * byte offset of the entry's header.
   */
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

  private final class Content extends BulkInputStream {

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
