package ai.opencode.sandbox.apk.solver;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/**
 * The order in which apk iterates over names. apk keeps them in a hash table of fixed size, and the
 * table's order decides the order in which it reviews names, and in which it installs packages
 * whose {@code install_if} is met at the same moment. The hash is MurmurHash3 with 32 bits; in one
 * slot, a name that was read later comes first.
 */
final class NameTable {

  private static final int SLOTS = 20_000;
  private static final int SEED = 5381;

  /** The order of names in the table. */
  static final Comparator<Name> ORDER =
      Comparator.comparingInt(Name::slot)
          .thenComparing(Comparator.comparingInt(Name::number).reversed());

  private NameTable() {}

  static int slot(String name) {
    return Integer.remainderUnsigned(hash(name), SLOTS);
  }

  static int hash(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    int hash = SEED;
    int whole = bytes.length & ~3;
    for (int i = 0; i < whole; i += 4) {
      hash ^= scrambled(word(bytes, i, i + 4));
      hash = Integer.rotateLeft(hash, 13) * 5 + 0xe6546b64;
    }
    if (whole < bytes.length) {
      hash ^= scrambled(word(bytes, whole, bytes.length));
    }
    hash ^= bytes.length;
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
    return hash ^ (hash >>> 16);
  }

  private static int word(byte[] bytes, int start, int end) {
    int word = 0;
    for (int i = end - 1; i >= start; i--) {
      word = (word << 8) | (bytes[i] & 0xff);
    }
    return word;
  }

  private static int scrambled(int word) {
    return Integer.rotateLeft(word * 0xcc9e2d51, 15) * 0x1b873593;
  }
}
