package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.failure.VerificationException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an ELF file that the dynamic loader reads (gABI, "Program Header" and "Dynamic
 * Section"): the needed libraries, and the name under which the file itself is a library.
 *
 * @param soname the file's name as a library; null if the file is not a library
 * @param needed the names of the libraries that the file needs, in the file's order
 * @param interpreter the loader that the kernel starts first; null for libraries and static
 *     programs
 */
record ElfFile(@Nullable String soname, List<String> needed, @Nullable String interpreter) {

  private static final int MAX_SEGMENTS = 128;
  private static final int MAX_TAGS = 4096;
  private static final int MAX_NAME = 255;

  private static final int TYPE_EXECUTABLE = 2;
  private static final int TYPE_SHARED = 3;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_INTERP = 3;
  private static final long DT_NULL = 0;
  private static final long DT_NEEDED = 1;
  private static final long DT_STRTAB = 5;
  private static final long DT_SONAME = 14;

  ElfFile {
    needed = List.copyOf(needed);
  }

  /**
   * Reads a file's program headers and dynamic section.
   *
   * @return empty for anything but a 64-bit little-endian program or library, such as scripts,
   *     object files and archives
   * @throws VerificationException if such a program or library is malformed
   */
  static Optional<ElfFile> read(ByteBuffer content, String source) {
    ByteBuffer file = content.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(0);
    if (file.limit() < 64 || file.getInt(0) != 0x464c457f) {
      return Optional.empty();
    }
    boolean is64BitLittleEndian = file.get(4) == 2 && file.get(5) == 1;
    int type = file.getShort(16) & 0xffff;
    if (!is64BitLittleEndian || (type != TYPE_EXECUTABLE && type != TYPE_SHARED)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Reader(file, source).read());
    } catch (IndexOutOfBoundsException e) {
      throw new VerificationException(source + ": malformed ELF file, a header points outside", e);
    }
  }

  private record Segment(int type, long offset, long address, long size) {}

  private static final class Reader {

    private final ByteBuffer file;
    private final String source;
    private final List<Segment> segments = new ArrayList<>();

    Reader(ByteBuffer file, String source) {
      this.file = file;
      this.source = source;
    }

    ElfFile read() {
      readSegments();
      String interpreter = null;
      ElfFile dynamic = new ElfFile(null, List.of(), null);
      for (Segment segment : segments) {
        if (segment.type == PT_INTERP) {
          interpreter = text(segment.offset);
        } else if (segment.type == PT_DYNAMIC) {
          dynamic = dynamic(segment);
        }
      }
      return new ElfFile(dynamic.soname, dynamic.needed, interpreter);
    }

    private void readSegments() {
      long table = file.getLong(32);
      int entrySize = file.getShort(54) & 0xffff;
      int count = file.getShort(56) & 0xffff;
      if (count > MAX_SEGMENTS || (count > 0 && entrySize < 56)) {
        throw malformed("has " + count + " program headers of " + entrySize + " bytes");
      }
      for (int i = 0; i < count; i++) {
        int at = at(table + (long) i * entrySize);
        segments.add(
            new Segment(
                file.getInt(at),
                file.getLong(at + 8),
                file.getLong(at + 16),
                file.getLong(at + 32)));
      }
    }

    private ElfFile dynamic(Segment segment) {
      List<Long> needed = new ArrayList<>();
      long soname = -1;
      long strings = -1;
      long tags = Math.min(segment.size / 16, MAX_TAGS);
      for (int i = 0; i < tags; i++) {
        int at = at(segment.offset + i * 16L);
        long tag = file.getLong(at);
        long value = file.getLong(at + 8);
        if (tag == DT_NULL) {
          break;
        } else if (tag == DT_NEEDED) {
          needed.add(value);
        } else if (tag == DT_SONAME) {
          soname = value;
        } else if (tag == DT_STRTAB) {
          strings = value;
        }
      }
      if (needed.isEmpty() && soname < 0) {
        return new ElfFile(null, List.of(), null);
      }
      long table = fileOffset(strings);
      List<String> names = new ArrayList<>();
      for (long name : needed) {
        names.add(text(table + name));
      }
      return new ElfFile(soname < 0 ? null : text(table + soname), names, null);
    }

    /**
     * Translates an address in memory, as the dynamic section has it, to an offset in the file by
     * means of the loaded segments.
     */
    private long fileOffset(long address) {
      for (Segment segment : segments) {
        if (segment.type == PT_LOAD
            && address >= segment.address
            && address - segment.address < segment.size) {
          return segment.offset + (address - segment.address);
        }
      }
      throw malformed("has a string table that no segment loads");
    }

    private String text(long offset) {
      int start = at(offset);
      int end = start;
      while (file.get(end) != 0) {
        if (++end - start > MAX_NAME) {
          throw malformed("has a name of more than " + MAX_NAME + " bytes at byte " + start);
        }
      }
      byte[] bytes = new byte[end - start];
      file.get(start, bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }

    private int at(long offset) {
      if (offset < 0 || offset >= file.limit()) {
        throw malformed("points to byte " + offset + " of " + file.limit());
      }
      return (int) offset;
    }

    private VerificationException malformed(String what) {
      return new VerificationException(source + ": malformed ELF file, it " + what);
    }
  }
}
