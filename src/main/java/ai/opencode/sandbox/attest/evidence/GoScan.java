package ai.opencode.sandbox.attest.evidence;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A search for the build information that Go's linker writes into programs since Go 1.18: a head of
 * 32 bytes that starts at a multiple of 16, and two texts after their lengths (Go's package {@code
 * debug/buildinfo}). Older programs point to texts in their data; they are not read.
 *
 * <p>The file is seen once, in parts of any size, as it passes by. The search costs one comparison
 * for 16 bytes, and no copy.
 */
public final class GoScan {

  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
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

  private final byte[] block = new byte[BLOCK];
  private int filled;
  private long blocks;
  private int heads;
  private boolean ended;
  private final ByteArrayOutputStream collected = new ByteArrayOutputStream(0);
  private Optional<GoBuild> found = Optional.empty();

  /** Takes the next bytes of the file. */
  public void add(byte[] bytes, int start, int length) {
    int at = start;
    int end = start + length;
    while (at < end && !ended) {
      if (collected.size() > 0) {
        int taken = Math.min(end - at, MAX_INFORMATION - collected.size());
        collected.write(bytes, at, taken);
        at += taken;
        if (collected.size() == MAX_INFORMATION) {
          judge();
        }
      } else if (filled > 0 || end - at < BLOCK) {
        int taken = Math.min(end - at, BLOCK - filled);
        System.arraycopy(bytes, at, block, filled, taken);
        filled += taken;
        at += taken;
        if (filled == BLOCK) {
          filled = 0;
          look(block, 0);
        }
      } else {
        look(bytes, at);
        at += BLOCK;
      }
    }
  }

  /** Returns what the file says; empty if it is no ELF file, or not made with Go. */
  public Optional<GoBuild> end() {
    while (collected.size() > 0 && !ended) {
      judge();
    }
    ended = true;
    return found;
  }

  private void look(byte[] bytes, int at) {
    if (blocks++ == 0 && !Arrays.equals(bytes, at, at + ELF.length, ELF, 0, ELF.length)) {
      ended = true;
    } else if (bytes[at] == MAGIC[0]
        && (bytes[at + FLAGS] & TEXTS_FOLLOW) != 0
        && Arrays.equals(bytes, at, at + MAGIC.length, MAGIC, 0, MAGIC.length)) {
      collected.write(bytes, at, BLOCK);
    }
  }

  /** Reads what was collected; if it is not build information, the search goes on behind it. */
  private void judge() {
    byte[] information = collected.toByteArray();
    collected.reset();
    found = read(information);
    ended = found.isPresent() || ++heads == MAX_HEADS;
    if (!ended) {
      add(information, BLOCK, information.length - BLOCK);
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
