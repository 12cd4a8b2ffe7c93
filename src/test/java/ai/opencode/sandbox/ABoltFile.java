package ai.opencode.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A small database in the format of bbolt, which trivy reads: buckets that hold buckets or texts.
 * Each bucket is one page, whose entries are sorted by their bytes.
 */
final class ABoltFile {

  private static final int PAGE = 4096;
  private static final int PAGE_HEADER = 16;
  private static final int ENTRY = 16;
  private static final short LEAF = 2;
  private static final short META = 4;
  private static final short FREE_LIST = 16;
  private static final int MAGIC = 0xED0CDAED;

  private final SortedMap<String, Object> root = new TreeMap<>();
  private final List<byte[]> pages = new ArrayList<>();

  /** Puts a text under a key in a bucket, whose path leads through the others. */
  @SuppressWarnings("unchecked")
  ABoltFile with(String value, String... path) {
    SortedMap<String, Object> bucket = root;
    for (int i = 0; i < path.length - 1; i++) {
      bucket =
          (SortedMap<String, Object>)
              bucket.computeIfAbsent(path[i], key -> new TreeMap<String, Object>());
    }
    bucket.put(path[path.length - 1], value);
    return this;
  }

  void writeTo(Path file) throws IOException {
    pages.clear();
    for (int i = 0; i < 3; i++) {
      pages.add(new byte[PAGE]);
    }
    long top = add(root);
    page(2, FREE_LIST, 0);
    for (int i = 0; i < 2; i++) {
      meta(i, top);
    }
    ByteBuffer all = ByteBuffer.allocate(PAGE * pages.size());
    pages.forEach(all::put);
    Files.write(file, all.array());
  }

  private ByteBuffer page(int number, short kind, int entries) {
    return ByteBuffer.wrap(pages.get(number))
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(number)
        .putShort(kind)
        .putShort((short) entries)
        .putInt(0);
  }

  private void meta(int number, long top) {
    ByteBuffer meta = page(number, META, 0);
    meta.putInt(MAGIC).putInt(2).putInt(PAGE).putInt(0);
    meta.putLong(top).putLong(0).putLong(2).putLong(pages.size()).putLong(number);
    long hash = 0xcbf29ce484222325L;
    for (int i = PAGE_HEADER; i < meta.position(); i++) {
      hash = (hash ^ (pages.get(number)[i] & 0xff)) * 0x100000001b3L;
    }
    meta.putLong(hash);
  }

  /** Adds the page of a bucket, and returns its number. */
  @SuppressWarnings("unchecked")
  private int add(SortedMap<String, Object> bucket) {
    int number = pages.size();
    pages.add(new byte[PAGE]);
    SortedMap<String, byte[]> values = new TreeMap<>();
    for (Map.Entry<String, Object> each : bucket.entrySet()) {
      values.put(
          each.getKey(),
          each.getValue() instanceof String text
              ? text.getBytes(StandardCharsets.UTF_8)
              : ByteBuffer.allocate(16)
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .putLong(add((SortedMap<String, Object>) each.getValue()))
                  .array());
    }
    ByteBuffer page = page(number, LEAF, values.size());
    int at = PAGE_HEADER + ENTRY * values.size();
    for (Map.Entry<String, byte[]> each : values.entrySet()) {
      byte[] key = each.getKey().getBytes(StandardCharsets.UTF_8);
      int start = page.position();
      page.putInt(bucket.get(each.getKey()) instanceof String ? 0 : 1);
      page.putInt(at - start).putInt(key.length).putInt(each.getValue().length);
      System.arraycopy(key, 0, pages.get(number), at, key.length);
      System.arraycopy(
          each.getValue(), 0, pages.get(number), at + key.length, each.getValue().length);
      at += key.length + each.getValue().length;
    }
    return number;
  }
}
