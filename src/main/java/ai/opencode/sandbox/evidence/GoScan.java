package ai.opencode.sandbox.evidence;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A search for the build information that Go's linker writes into programs since Go 1.18: a head of
 * 32 bytes that starts at a multiple of 16 in the program's data, and two texts after their lengths
 * (Go's package {@code debug/buildinfo}). Older programs point to texts elsewhere; they are not
 * read.
 *
 * <p>The file is seen once, in parts of any size, as it passes by. The search looks at 16 bytes of
 * the data at a time, and copies nothing but headers.
 */
public final class GoScan {

  private static final byte[] MAGIC = "\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1);
  private static final int BLOCK = 16;
  private static final int FLAGS = 15;
  private static final int TEXTS_FOLLOW = 2;
  private static final int HEAD = 32;

  /** A limit above the size of any real list: 10,000 modules of 100 bytes. */
  private static final int MAX_TEXT = 1 << 20;

  private static final int MAX_INFORMATION = HEAD + MAX_TEXT + 512;

  /** Programs that read build information have the head's first bytes among their data. */
  private static final int MAX_HEADS = 8;

  private final ByteArrayOutputStream start = new ByteArrayOutputStream(0);
  private @Nullable WritableSegments data;

  /** The offset in the file of the next byte. */
  private long position;

  private final byte[] block = new byte[BLOCK];
  private int filled;

  private final ByteArrayOutputStream collected = new ByteArrayOutputStream(0);
  private long collectedFrom;
  private int heads;
  private boolean ended;
  private Optional<GoBuild> found = Optional.empty();

  /** Takes the next bytes of the file. */
  public void add(byte[] bytes, int from, int length) {
    int taken = 0;
    if (data == null) {
      taken = Math.min(length, WritableSegments.HEADERS - start.size());
      start.write(bytes, from, taken);
      if (start.size() < WritableSegments.HEADERS) {
        return;
      }
      begin();
    }
    pass(bytes, from + taken, from + length);
  }

  /** Returns what the file says; empty if it is no ELF file, or not made with Go. */
  public Optional<GoBuild> end() {
    if (data == null) {
      begin();
    }
    while (collected.size() > 0 && !ended) {
      judge();
    }
    ended = true;
    return found;
  }

  private void begin() {
    byte[] headers = start.toByteArray();
    data = WritableSegments.of(headers);
    pass(headers, 0, headers.length);
  }

  private void pass(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && !ended) {
      int taken;
      if (collected.size() > 0) {
        taken = Math.min(end - at, MAX_INFORMATION - collected.size());
        collected.write(bytes, at, taken);
      } else if (filled > 0 || isInData()) {
        taken = Math.min(end - at, BLOCK - filled);
        System.arraycopy(bytes, at, block, filled, taken);
        filled += taken;
      } else {
        taken = (int) Math.min(end - at, nextInData() - position);
      }
      at += taken;
      position += taken;
      if (collected.size() == MAX_INFORMATION) {
        judge();
      } else if (filled == BLOCK) {
        filled = 0;
        look();
      }
    }
  }

  private boolean isInData() {
    return nextInData() == position;
  }

  private long nextInData() {
    return data == null ? Long.MAX_VALUE : data.firstMultiple(position, BLOCK);
  }

  private void look() {
    if ((block[FLAGS] & TEXTS_FOLLOW) != 0
        && Arrays.equals(block, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      collected.write(block, 0, BLOCK);
      collectedFrom = position - BLOCK;
    }
  }

  /** Reads what was collected; if it is not build information, the search goes on behind it. */
  private void judge() {
    byte[] information = collected.toByteArray();
    collected.reset();
    found = read(information);
    ended = found.isPresent() || ++heads == MAX_HEADS;
    if (!ended) {
      position = collectedFrom + BLOCK;
      pass(information, BLOCK, information.length);
    }
  }

  private static Optional<GoBuild> read(byte[] information) {
    Texts texts = new Texts(information, HEAD);
    Optional<byte[]> compiler = texts.next();
    return compiler.flatMap(first -> texts.next().flatMap(second -> GoBuild.of(first, second)));
  }

  /** Texts after their lengths, which are in the form of Go's {@code binary.Uvarint}. */
  private static final class Texts {

    private final byte[] bytes;
    private int at;

    Texts(byte[] bytes, int at) {
      this.bytes = bytes;
      this.at = at;
    }

    Optional<byte[]> next() {
      int length = 0;
      for (int shift = 0; ; shift += 7) {
        if (shift > 21 || at >= bytes.length) {
          return Optional.empty();
        }
        byte each = bytes[at++];
        length |= (each & 0x7f) << shift;
        if (each >= 0) {
          break;
        }
      }
      if (length > MAX_TEXT || length > bytes.length - at) {
        return Optional.empty();
      }
      at += length;
      return Optional.of(Arrays.copyOfRange(bytes, at - length, at));
    }
  }
}
