package ai.opencode.sandbox.cache;

import ai.opencode.sandbox.oci.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * All inputs of a result, in a fixed order. Its digest is the key of the result in the cache.
 *
 * <p>Each value is preceded by its type and its length, so different lists of values have different
 * keys, even {@code "ab", "c"} and {@code "a", "bc"}, or the number 1 and the text {@code "1"}.
 */
public final class Recipe {

  private final MessageDigest sha256 = Digest.newSha256();

  private Recipe() {}

  /**
   * Returns an empty recipe.
   *
   * @param kind the kind of result
   * @param format version of the format, raised whenever the same values give another result
   */
  public static Recipe of(String kind, int format) {
    return new Recipe().add(kind).add(format);
  }

  public Recipe add(String text) {
    return add('s', text.getBytes(StandardCharsets.UTF_8));
  }

  public Recipe add(byte[] bytes) {
    return add('b', bytes);
  }

  public Recipe add(Digest digest) {
    return add('d', HexFormat.of().parseHex(digest.hex()));
  }

  public Recipe add(long number) {
    return add('n', ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }

  public Recipe add(boolean flag) {
    return add('f', new byte[] {(byte) (flag ? 1 : 0)});
  }

  /** Adds another recipe as one value. */
  public Recipe add(Recipe other) {
    return add('r', HexFormat.of().parseHex(other.digest().hex()));
  }

  /** Adds an optional value. Its absence counts as a value. */
  public <T> Recipe add(Optional<T> value, BiConsumer<Recipe, T> adding) {
    add('o', new byte[] {(byte) (value.isPresent() ? 1 : 0)});
    value.ifPresent(each -> adding.accept(this, each));
    return this;
  }

  /** Adds values, preceded by their number. Their order is significant. */
  public <T> Recipe add(Collection<T> values, BiConsumer<Recipe, T> adding) {
    add('l', ByteBuffer.allocate(Integer.BYTES).putInt(values.size()).array());
    values.forEach(each -> adding.accept(this, each));
    return this;
  }

  public Recipe add(Collection<String> texts) {
    return add(texts, Recipe::add);
  }

  /** Adds texts by name. The map's order is significant. */
  public Recipe add(Map<String, String> texts) {
    return add(texts.entrySet(), (to, each) -> to.add(each.getKey()).add(each.getValue()));
  }

  /** Returns the digest of the values added so far. */
  public Digest digest() {
    try {
      return Digest.from(((MessageDigest) sha256.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("every Java platform can copy the state of SHA-256", e);
    }
  }

  private Recipe add(char type, byte[] bytes) {
    sha256.update((byte) type);
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    sha256.update(bytes);
    return this;
  }
}
