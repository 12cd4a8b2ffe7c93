package ai.opencode.sandbox.cache;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records that are kept apart from a cache, because they may be forged: those of former images, and
 * those that a build makes from them. The build finds them before the records of the cache. They
 * are written into the cache by {@link #settle}, when the lock has proved them.
 */
public final class RecordOverlay {

  /** A source of records that are not from this cache, such as former images in a registry. */
  public interface Source {

    Optional<byte[]> find(RecordKey key) throws IOException;

    /**
     * Returns whether this source gives records that do not prove themselves. As long as it gives
     * none, a build writes its own records directly into the cache.
     */
    boolean isUnproved();
  }

  private final Source source;
  private final Map<RecordKey, byte[]> used = new ConcurrentHashMap<>();
  private final Map<RecordKey, byte[]> made = new ConcurrentHashMap<>();

  public RecordOverlay(Source source) {
    this.source = source;
  }

  Optional<byte[]> find(RecordKey key) throws IOException {
    byte[] own = made.get(key);
    if (own != null) {
      return Optional.of(own);
    }
    Optional<byte[]> found = source.find(key);
    found.ifPresent(content -> used.put(key, content));
    return found;
  }

  boolean isUnproved() {
    return source.isUnproved();
  }

  void keep(RecordKey key, byte[] content) {
    made.put(key, content);
  }

  /** Writes the records that were used or made into a cache, because they are proved now. */
  public void settle(Cache cache) throws IOException {
    for (Map.Entry<RecordKey, byte[]> each : used.entrySet()) {
      cache.keep(each.getKey(), each.getValue());
    }
    for (Map.Entry<RecordKey, byte[]> each : made.entrySet()) {
      cache.keep(each.getKey(), each.getValue());
    }
  }
}
