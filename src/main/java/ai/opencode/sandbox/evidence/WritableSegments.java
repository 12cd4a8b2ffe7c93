package ai.opencode.sandbox.evidence;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of an ELF file that become writable memory (gABI, chapter "Program Header"): the data
 * of a program, which are a small part of most.
 */
final class WritableSegments {

  /** The bytes from the file's start that hold the headers in files of every linker. */
  static final int HEADERS = 8192;

  private static final int MAGIC = 0x464c457f;
  private static final int FILE_HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int LOADED = 1;
  private static final int WRITABLE = 2;

  private record Segment(long start, long end) {}

  private final List<Segment> segments;

  private WritableSegments(List<Segment> segments) {
    this.segments = List.copyOf(segments);
  }

  /**
   * Reads the headers of a 64-bit little-endian file; other files have no segments here.
   *
   * @param start the file's first {@link #HEADERS} bytes, or all of a shorter file
   */
  static WritableSegments of(byte[] start) {
    List<Segment> found = new ArrayList<>();
    ByteBuffer file = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    if (start.length < FILE_HEADER
        || file.getInt(0) != MAGIC
        || file.get(4) != 2
        || file.get(5) != 1) {
      return new WritableSegments(found);
    }
    long table = file.getLong(32);
    int size = file.getShort(54) & 0xffff;
    int count = file.getShort(56) & 0xffff;
    for (int i = 0; i < count; i++) {
      long at = table + (long) i * size;
      if (size < PROGRAM_HEADER || at < 0 || at > start.length - PROGRAM_HEADER) {
        break;
      }
      int header = (int) at;
      long offset = file.getLong(header + 8);
      long length = file.getLong(header + 32);
      if (file.getInt(header) == LOADED
          && (file.getInt(header + 4) & WRITABLE) != 0
          && offset >= 0
          && length > 0
          && offset + length > 0) {
        found.add(new Segment(offset, offset + length));
      }
    }
    return new WritableSegments(found);
  }

  /**
   * Returns the first multiple of a number that is in a segment.
   *
   * @param from the first possible result
   * @param of a power of two
   * @return {@link Long#MAX_VALUE} if there is none
   */
  long firstMultiple(long from, int of) {
    long first = Long.MAX_VALUE;
    for (Segment each : segments) {
      long place = (Math.max(from, each.start) + of - 1) & -of;
      if (place >= 0 && place < each.end) {
        first = Math.min(first, place);
      }
    }
    return first;
  }
}
