package ai.opencode.sandbox.archive;

import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Gzip output that depends on the content alone: a fixed level, a header without name, time and
 * system, and members of a fixed size if there may be several.
 *
 * <p>Layers use level 4 of the JDK's own zlib, chosen by measurement: every ordinary zlib release
 * gives the same bytes at this level. On the 122 MB of generated layers in the two images, it takes
 * 1.2 s of processor time; level 5 takes 1.6 s for 2.5 % fewer bytes, level 6 takes 2.5 s for 3.8 %
 * fewer. Generated layers are a fifth of an image, so the larger output costs a pull half a percent
 * and saves a cold build six percent. Members of 1 MiB cost 0.3 % in size and let every core take
 * part. The pure Java encoders are slower. zlib-ng, which some distributions install in zlib's
 * place, gives other bytes; {@link #isReproducible} detects it.
 */
public final class Gzip {

  static final int LEVEL = 4;

  /**
   * The level for data that is written once and read by every build, such as the stand-in's
   * packages.
   */
  private static final int SINGLE_LEVEL = 6;

  static final int MEMBER_BYTES = 1 << 20;

  /**
   * Everything besides the content that determines the bytes of {@link #members}; part of cache
   * keys.
   */
  public static final String ENCODING = "gzip level " + LEVEL + ", members of " + MEMBER_BYTES;

  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
  private static final byte[] BEST_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 2, 3};
  private static final long PROBE_CRC = 0xca4ff0c0L;

  private Gzip() {}

  /**
   * Returns a stream of 1 MiB members that are compressed in parallel; for layers. Closing it
   * closes {@code out}.
   */
  public static OutputStream members(OutputStream out) {
    return new ParallelGzipOutputStream(out);
  }

  /**
   * Returns a stream of exactly one member, which apk requires of a package's segments. It uses
   * level 6; Alpine's level 9 takes three times as long for half a percent. Closing it closes
   * {@code out}.
   */
  public static OutputStream single(OutputStream out) throws IOException {
    return new SingleMember(out, SINGLE_LEVEL, HEADER);
  }

  /** Returns the inflated bytes of all members of a gzip stream, one after the other. */
  public static InputStream inflating(InputStream in, String source) {
    return new ConcatenatedMembers(new GzipMembers(in, source));
  }

  /** Returns whether a gzip stream is next, and reads nothing. */
  public static boolean isNext(BufferedInputStream in) throws IOException {
    in.mark(2);
    byte[] magic = in.readNBytes(2);
    in.reset();
    return magic.length == 2 && magic[0] == HEADER[0] && magic[1] == HEADER[1];
  }

  /** Returns whether this JVM's zlib gives the bytes that every ordinary zlib gives. */
  public static boolean isReproducible() {
    return Probe.REPRODUCIBLE;
  }

  static byte[] header() {
    return HEADER.clone();
  }

  static byte[] trailer(CRC32 crc, long length) {
    byte[] trailer = new byte[8];
    for (int i = 0; i < 4; i++) {
      trailer[i] = (byte) (crc.getValue() >>> (8 * i));
      trailer[4 + i] = (byte) (length >>> (8 * i));
    }
    return trailer;
  }

  /**
   * Compresses text-like bytes on which a different match finder gives a different result, and
   * returns a checksum.
   */
  static long probe() {
    byte[] vector = new byte[1 << 16];
    long state = 42;
    for (int i = 0; i < vector.length; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      vector[i] = (byte) "etaoin shrdlu".charAt((int) ((state >>> 33) % 13));
    }
    Deflater deflater = new Deflater(LEVEL, true);
    try {
      deflater.setInput(vector);
      deflater.finish();
      byte[] out = new byte[vector.length];
      CRC32 crc = new CRC32();
      crc.update(out, 0, deflater.deflate(out));
      return crc.getValue();
    } finally {
      deflater.end();
    }
  }

  /**
   * Opens a stream that writes a member like zlib's own gzip writer at its best level, which apk 3
   * uses for its database (RFC 1952: XFL 2, OS 3). Closing it closes {@code out}.
   */
  public static OutputStream best(OutputStream out) throws IOException {
    return new SingleMember(out, Deflater.BEST_COMPRESSION, BEST_HEADER);
  }

  private static final class Probe {
    static final boolean REPRODUCIBLE = probe() == PROBE_CRC;
  }

  private static final class SingleMember extends FilterOutputStream {

    private final Deflater deflater;
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[1 << 16];
    private boolean closed;

    SingleMember(OutputStream out, int level, byte[] header) throws IOException {
      super(out);
      this.deflater = new Deflater(level, true);
      out.write(header);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int start, int length) throws IOException {
      crc.update(bytes, start, length);
      deflater.setInput(bytes, start, length);
      while (!deflater.needsInput()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      try (OutputStream closing = out) {
        deflater.finish();
        while (!deflater.finished()) {
          closing.write(buffer, 0, deflater.deflate(buffer));
        }
        closing.write(trailer(crc, deflater.getBytesRead()));
      } finally {
        deflater.end();
      }
    }
  }

  private static final class ConcatenatedMembers extends BulkInputStream {

    private final GzipMembers members;
    private InputStream current = InputStream.nullInputStream();

    ConcatenatedMembers(GzipMembers members) {
      this.members = members;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      while (true) {
        int read = current.read(bytes, start, length);
        if (read >= 0) {
          return read;
        }
        InputStream next = members.next();
        if (next == null) {
          return -1;
        }
        current = next;
      }
    }

    @Override
    public void close() throws IOException {
      members.close();
    }
  }
}
