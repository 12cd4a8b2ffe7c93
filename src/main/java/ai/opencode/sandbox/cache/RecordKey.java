package ai.opencode.sandbox.cache;

import ai.opencode.sandbox.oci.Digest;
import java.util.Comparator;

/**
 * The place of a record in a cache.
 *
 * @param kind the directory of the cache for this kind of record
 * @param key the digest of the recipe of the record's value
 */
public record RecordKey(String kind, Digest key) implements Comparable<RecordKey> {

  private static final Comparator<RecordKey> ORDER =
      Comparator.comparing(RecordKey::kind).thenComparing(each -> each.key().hex());

  public RecordKey {
    if (!kind.matches("[a-z-]{1,32}")) {
      throw new IllegalArgumentException("not a kind of record");
    }
  }

  @Override
  public int compareTo(RecordKey other) {
    return ORDER.compare(this, other);
  }
}
