package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.stability.Api;
import java.util.Comparator;

/**
 * The identity of a repository's index in a lock.
 *
 * @param platform the platform whose packages the index lists
 * @param repository the repository
 */
@Api
public record IndexKey(Platform platform, RepositoryLocation repository)
    implements Comparable<IndexKey> {

  private static final Comparator<IndexKey> ORDER =
      Comparator.comparing((IndexKey key) -> key.platform.toString())
          .thenComparing(IndexKey::repository);

  @Override
  public int compareTo(IndexKey other) {
    return ORDER.compare(this, other);
  }
}
