package ai.opencode.sandbox.cache;

import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A reader of the fields that a {@link RecordWriter} has written. A length in a record is checked
 * against the remaining bytes before memory is allocated for it.
 */
public final class RecordReader {

  private static final int DIGEST_BYTES = 32;

  /** The character by which a decoder replaces malformed bytes. */
  private static final char REPLACEMENT = '\ufffd';

  /** The maximum initial capacity of a list. The number in the record may be wrong. */
  private static final int BELIEVED = 1 << 12;

  private final ByteBuffer bytes;

  /**
   * Reads one element of a list.
   *
   * @param <T> type of the element
   */
  public interface Element<T> {

    T read(RecordReader in) throws IOException;
  }

  RecordReader(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  public String text() throws IOException {
    byte[] content = bytes();
    String text = new String(content, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0
        && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), content)) {
      throw new IOException("not a text");
    }
    return text;
  }

  public byte[] bytes() throws IOException {
    byte[] content = new byte[count()];
    bytes.get(content);
    return content;
  }

  public long number() throws IOException {
    require(Long.BYTES);
    return bytes.getLong();
  }

  /**
   * Reads a number of bytes, entries or the like.
   *
   * @throws IOException if the number is negative
   */
  public long size() throws IOException {
    long size = number();
    if (size < 0) {
      throw new IOException("a size of " + size);
    }
    return size;
  }

  /**
   * Reads a number.
   *
   * @throws IOException if the number is not an {@code int}
   */
  public int smallNumber() throws IOException {
    long number = number();
    if (number != (int) number) {
      throw new IOException("a number of " + number);
    }
    return (int) number;
  }

  public boolean flag() throws IOException {
    require(1);
    byte flag = bytes.get();
    if (flag != 0 && flag != 1) {
      throw new IOException("a flag of " + flag);
    }
    return flag == 1;
  }

  public Digest digest() throws IOException {
    byte[] content = new byte[DIGEST_BYTES];
    require(DIGEST_BYTES);
    bytes.get(content);
    return Digest.from(content);
  }

  public <T> List<T> list(Element<T> element) throws IOException {
    int count = count();
    List<T> values = new ArrayList<>(Math.min(count, BELIEVED));
    for (int i = 0; i < count; i++) {
      values.add(element.read(this));
    }
    return values;
  }

  public List<String> texts() throws IOException {
    return list(RecordReader::text);
  }

  public Map<String, String> textsByName() throws IOException {
    Map<String, String> texts = new TreeMap<>();
    int count = count();
    for (int i = 0; i < count; i++) {
      texts.put(text(), text());
    }
    return texts;
  }

  boolean isAtEnd() {
    return !bytes.hasRemaining();
  }

  /**
   * Reads a number of elements. It is at most the number of remaining bytes, because each element
   * has at least one byte.
   */
  private int count() throws IOException {
    require(Integer.BYTES);
    int count = bytes.getInt();
    require(count);
    return count;
  }

  private void require(int count) throws IOException {
    if (count < 0 || count > bytes.remaining()) {
      throw new IOException(
          "length " + count + " exceeds the remaining " + bytes.remaining() + " bytes");
    }
  }
}
