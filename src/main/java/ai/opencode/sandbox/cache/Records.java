package ai.opencode.sandbox.cache;

import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.util.Optional;

/**
 * Values of one type that the cache remembers, by the digest of their {@linkplain Recipe recipe}.
 *
 * <p>A record is a shortcut and never the only source: one that is damaged, too large, of another
 * kind or of another format counts as absent, and its value is made again.
 *
 * @param <T> type of the values
 */
public final class Records<T> {

  /** Far more than the list of the files of any package. */
  static final int MOST_BYTES = 64 << 20;

  private final Cache cache;
  private final String kind;
  private final int format;
  private final Codec<T> codec;

  /**
   * How a value is written and read.
   *
   * @param <T> type of the value
   */
  public interface Codec<T> {

    void write(T value, RecordWriter out);

    /**
     * Reads a value; every exception counts as damage.
     *
     * @throws IOException where what was read makes no value
     */
    T read(RecordReader in) throws IOException;
  }

  /**
   * @param kind directory of the cache
   * @param format of the records, raised with every change to the codec
   */
  public Records(Cache cache, String kind, int format, Codec<T> codec) {
    this.cache = cache;
    this.kind = kind;
    this.format = format;
    this.codec = codec;
  }

  /** The value that was kept under a key, if its record is whole. */
  public Optional<T> find(Digest key) throws IOException {
    Optional<byte[]> bytes = cache.find(kind, key.hex(), MOST_BYTES);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      RecordReader in = new RecordReader(bytes.get());
      if (!in.text().equals(kind) || in.number() != format) {
        return Optional.empty();
      }
      T value = codec.read(in);
      return in.isAtEnd() ? Optional.of(value) : Optional.empty();
    } catch (IOException | RuntimeException damaged) {
      return Optional.empty();
    }
  }

  /** Keeps a value; one that is there already is replaced. */
  public void keep(Digest key, T value) throws IOException {
    RecordWriter out = new RecordWriter();
    out.text(kind);
    out.number(format);
    codec.write(value, out);
    byte[] bytes = out.toBytes();
    if (bytes.length <= MOST_BYTES) {
      cache.keep(kind, key.hex(), bytes);
    }
  }
}
