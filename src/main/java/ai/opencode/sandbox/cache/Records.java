package ai.opencode.sandbox.cache;

import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.util.Optional;

/**
 * Values of one type in the cache, by the digest of their {@linkplain Recipe recipe}.
 *
 * <p>A record only saves time. One that is corrupt, too large, or of another kind or format counts
 * as absent, so its value is made again.
 *
 * @param <T> type of the values
 */
public final class Records<T> {

  /** The maximum size of a record, far more than the list of any package's files. */
  static final int MAX_BYTES = 64 << 20;

  private final Cache cache;
  private final String kind;
  private final int format;
  private final Codec<T> codec;

  /**
   * The form of a value in a record.
   *
   * @param <T> type of the value
   */
  public interface Codec<T> {

    void write(T value, RecordWriter out);

    /**
     * Reads a value. Every exception marks the record as corrupt.
     *
     * @throws IOException if the fields do not form a value
     */
    T read(RecordReader in) throws IOException;
  }

  /**
   * Creates access to the records of a kind.
   *
   * @param kind directory of the cache
   * @param format version of the records' form, raised with every change to the codec
   */
  public Records(Cache cache, String kind, int format, Codec<T> codec) {
    this.cache = cache;
    this.kind = kind;
    this.format = format;
    this.codec = codec;
  }

  /** Returns the value that was kept under a key, if its record is valid. */
  public Optional<T> find(Digest key) throws IOException {
    Optional<byte[]> bytes = cache.find(new RecordKey(kind, key), MAX_BYTES);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(value(kind, format, bytes.get(), codec));
    } catch (IOException | RuntimeException damaged) {
      return Optional.empty();
    }
  }

  /**
   * The making of a value that has no record.
   *
   * @param <T> type of the value
   */
  @FunctionalInterface
  public interface Making<T> {
    T make() throws IOException;
  }

  /** Returns the value of a key, which is made and kept if it has no valid record. */
  public T get(Digest key, Making<T> making) throws IOException {
    Optional<T> known = find(key);
    if (known.isPresent()) {
      return known.get();
    }
    T made = making.make();
    keep(key, made);
    return made;
  }

  /**
   * Reads the content of a record.
   *
   * @throws IOException if it is of another kind or format, or malformed; other exceptions mean the
   *     same
   */
  public static <T> T value(String kind, int format, byte[] content, Codec<T> codec)
      throws IOException {
    RecordReader in = new RecordReader(content);
    if (!in.text().equals(kind) || in.number() != format) {
      throw new IOException("a record of another kind or format");
    }
    T value = codec.read(in);
    if (!in.isAtEnd()) {
      throw new IOException("bytes follow the record");
    }
    return value;
  }

  /** Returns the content of the record of a value. */
  public static <T> byte[] content(String kind, int format, T value, Codec<T> codec) {
    RecordWriter out = new RecordWriter();
    out.text(kind);
    out.number(format);
    codec.write(value, out);
    return out.toBytes();
  }

  /** Keeps a value, in place of any former one with that key. */
  public void keep(Digest key, T value) throws IOException {
    byte[] bytes = content(kind, format, value, codec);
    if (bytes.length <= MAX_BYTES) {
      cache.keep(new RecordKey(kind, key), bytes);
    }
  }
}
