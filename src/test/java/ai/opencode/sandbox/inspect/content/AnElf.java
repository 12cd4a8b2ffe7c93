package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.oci.Architecture;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A builder of minimal ELF files with the parts that a loader reads: headers, tags, strings. */
public final class AnElf {

  private static final int TAGS_AT = 64 + 3 * 56;
  private static final long ADDRESS = 0x10000;

  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
  private final List<long[]> tags = new ArrayList<>();
  private int machine = Architecture.AMD64.elfMachine();
  private long interpreterAt = -1;

  private AnElf() {
    strings.write(0);
  }

  public static AnElf library(String soname) {
    AnElf elf = new AnElf();
    elf.tags.add(new long[] {14, elf.string(soname)});
    return elf;
  }

  public static AnElf program(String interpreter) {
    AnElf elf = new AnElf();
    elf.interpreterAt = elf.string(interpreter);
    return elf;
  }

  public AnElf needing(String library) {
    return tag(1, library);
  }

  public AnElf rpath(String folders) {
    return tag(15, folders);
  }

  public AnElf runpath(String folders) {
    return tag(29, folders);
  }

  public AnElf machine(int newMachine) {
    machine = newMachine;
    return this;
  }

  private AnElf tag(long tag, String text) {
    tags.add(new long[] {tag, string(text)});
    return this;
  }

  public byte[] bytes() {
    int tagCount = tags.size() + 2;
    int stringsAt = TAGS_AT + tagCount * 16;
    int size = stringsAt + strings.size();
    ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
    file.putShort(16, (short) 3);
    file.putShort(18, (short) machine);
    file.putLong(32, 64);
    file.putShort(54, (short) 56);
    file.putShort(56, (short) 3);
    segment(file, 0, 1, 0, ADDRESS, size);
    segment(file, 1, 2, TAGS_AT, ADDRESS + TAGS_AT, tagCount * 16L);
    if (interpreterAt >= 0) {
      segment(file, 2, 3, stringsAt + interpreterAt, 0, 1);
    }
    int at = TAGS_AT;
    for (long[] tag : tags) {
      file.putLong(at, tag[0]).putLong(at + 8, tag[1]);
      at += 16;
    }
    file.putLong(at, 5).putLong(at + 8, ADDRESS + stringsAt);
    file.position(stringsAt).put(strings.toByteArray());
    return file.array();
  }

  private static void segment(
      ByteBuffer file, int index, int type, long offset, long address, long size) {
    int at = 64 + index * 56;
    file.putInt(at, type).putLong(at + 8, offset).putLong(at + 16, address);
    file.putLong(at + 32, size);
  }

  private long string(String text) {
    long at = strings.size();
    strings.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    strings.write(0);
    return at;
  }
}
