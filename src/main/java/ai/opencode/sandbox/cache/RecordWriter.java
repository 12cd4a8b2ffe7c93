package ai.opencode.sandbox.cache;

import ai.opencode.sandbox.oci.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.BiConsumer;

/** A writer of a record's fields. Texts and lists are preceded by their length. */
public final class RecordWriter {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  RecordWriter() {}

  public RecordWriter text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  public RecordWriter bytes(byte[] content) {
    count(content.length);
    bytes.writeBytes(content);
    return this;
  }

  public RecordWriter number(long number) {
    bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    return this;
  }

  public RecordWriter flag(boolean flag) {
    bytes.write(flag ? 1 : 0);
    return this;
  }

  public RecordWriter digest(Digest digest) {
    bytes.writeBytes(HexFormat.of().parseHex(digest.hex()));
    return this;
  }

  public <T> RecordWriter list(Collection<T> values, BiConsumer<T, RecordWriter> writing) {
    count(values.size());
    values.forEach(each -> writing.accept(each, this));
    return this;
  }

  public RecordWriter texts(Collection<String> texts) {
    return list(texts, (text, out) -> out.text(text));
  }

  public RecordWriter texts(Map<String, String> texts) {
    return list(texts.entrySet(), (each, out) -> out.text(each.getKey()).text(each.getValue()));
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  private void count(int count) {
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(count).array());
  }
}
