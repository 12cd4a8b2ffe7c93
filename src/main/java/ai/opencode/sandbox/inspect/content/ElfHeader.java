package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an ELF file that kernel and dynamic loader read (gABI, chapters "ELF Header",
 * "Program Header" and "Dynamic Section").
 *
 * @param machine {@code e_machine}: {@link Architecture#elfMachine} of a known architecture
 * @param wide whether it is a 64-bit little-endian file; of other files only the machine is read
 * @param interpreter the loader that the kernel starts first; null for libraries, static programs
 *     and object files
 * @param soname the file's name as a library
 * @param needed the names of the libraries that the file needs, in the file's order
 * @param rpath the directories of {@code DT_RPATH}
 * @param runpath the directories of {@code DT_RUNPATH}
 */
public record ElfHeader(
    int machine,
    boolean wide,
    @Nullable String interpreter,
    @Nullable String soname,
    List<String> needed,
    List<String> rpath,
    List<String> runpath) {

  private static final int MAGIC = 0x464c457f;
  private static final int MAX_SEGMENTS = 128;
  private static final int MAX_TAGS = 4096;
  private static final int MAX_TEXT = 4096;

  private static final int TYPE_EXECUTABLE = 2;
  private static final int TYPE_SHARED = 3;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_INTERP = 3;
  private static final long DT_NULL = 0;
  private static final long DT_NEEDED = 1;
  private static final long DT_STRTAB = 5;
  private static final long DT_SONAME = 14;
  private static final long DT_RPATH = 15;
  private static final long DT_RUNPATH = 29;

  public ElfHeader {
    needed = List.copyOf(needed);
    rpath = List.copyOf(rpath);
    runpath = List.copyOf(runpath);
  }

  /** Returns whether the first bytes of a file are those of an ELF file. */
  public static boolean isElf(byte[] head, int length) {
    return length >= 20 && ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt() == MAGIC;
  }

  /** Returns the machine's name in the form of {@code uname -m} if images are made for it. */
  public String machineName() {
    return Architecture.ofElf(machine).map(Architecture::apkName).orElse("machine " + machine);
  }

  /**
   * Parses a file.
   *
   * @param content the content of a file for which {@link #isElf} is true
   * @throws VerificationException if a header points outside the file or contradicts itself
   */
  public static ElfHeader parse(ByteBuffer content) {
    ByteBuffer file = content.duplicate().position(0);
    boolean little = file.get(5) == 1;
    file.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int machine = file.getShort(18) & 0xffff;
    int type = file.getShort(16) & 0xffff;
    boolean wide = file.get(4) == 2 && little;
    ElfHeader plain = new ElfHeader(machine, wide, null, null, List.of(), List.of(), List.of());
    if (!wide || (type != TYPE_EXECUTABLE && type != TYPE_SHARED)) {
      return plain;
    }
    try {
      return new Reader(file).read(plain);
    } catch (IndexOutOfBoundsException e) {
      throw new VerificationException("a header points outside the file", e);
    }
  }

  private record Segment(int type, long offset, long address, long size) {}

  private static final class Reader {

    private final ByteBuffer file;
    private final List<Segment> segments = new ArrayList<>();

    Reader(ByteBuffer file) {
      this.file = file;
    }

    ElfHeader read(ElfHeader plain) {
      readSegments();
      ElfHeader dynamic = plain;
      String interpreter = null;
      for (Segment segment : segments) {
        if (segment.type == PT_INTERP) {
          interpreter = text(segment.offset);
        } else if (segment.type == PT_DYNAMIC) {
          dynamic = dynamic(plain, segment);
        }
      }
      return new ElfHeader(
          plain.machine,
          true,
          interpreter,
          dynamic.soname,
          dynamic.needed,
          dynamic.rpath,
          dynamic.runpath);
    }

    private void readSegments() {
      long table = file.getLong(32);
      int entrySize = file.getShort(54) & 0xffff;
      int count = file.getShort(56) & 0xffff;
      if (count > MAX_SEGMENTS || (count > 0 && entrySize < 56)) {
        throw new VerificationException(
            "it has " + count + " program headers of " + entrySize + " bytes");
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

    private ElfHeader dynamic(ElfHeader plain, Segment segment) {
      List<Long> needed = new ArrayList<>();
      long soname = -1;
      long rpath = -1;
      long runpath = -1;
      long strings = -1;
      long tags = segment.size / 16;
      if (tags > MAX_TAGS) {
        throw new VerificationException("its dynamic section has " + tags + " entries");
      }
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
        } else if (tag == DT_RPATH) {
          rpath = value;
        } else if (tag == DT_RUNPATH) {
          runpath = value;
        } else if (tag == DT_STRTAB) {
          strings = value;
        }
      }
      if (needed.isEmpty() && soname < 0 && rpath < 0 && runpath < 0) {
        return plain;
      }
      long table = fileOffset(strings);
      List<String> names = new ArrayList<>();
      for (long name : needed) {
        names.add(text(table + name));
      }
      return new ElfHeader(
          plain.machine,
          true,
          null,
          soname < 0 ? null : text(table + soname),
          names,
          rpath < 0 ? List.of() : directories(text(table + rpath)),
          runpath < 0 ? List.of() : directories(text(table + runpath)));
    }

    private static List<String> directories(String path) {
      List<String> directories = new ArrayList<>();
      for (String directory : path.split(":", -1)) {
        if (!directory.isEmpty()) {
          directories.add(directory);
        }
      }
      return directories;
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
      throw new VerificationException("its string table is not in a loaded segment");
    }

    private String text(long offset) {
      int start = at(offset);
      int end = start;
      while (file.get(end) != 0) {
        if (++end - start > MAX_TEXT) {
          throw new VerificationException("it has an unterminated string at byte " + start);
        }
      }
      byte[] bytes = new byte[end - start];
      file.get(start, bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }

    private int at(long offset) {
      if (offset < 0 || offset >= file.limit()) {
        throw new VerificationException(
            "it points to byte " + offset + ", but has only " + file.limit());
      }
      return (int) offset;
    }
  }
}
