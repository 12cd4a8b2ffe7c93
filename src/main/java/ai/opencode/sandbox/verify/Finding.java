package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.stability.Api;
import java.util.Comparator;
import java.util.Set;

/**
 * A defect of an image.
 *
 * @param id the id of the check, such as {@code elf-library}; {@link ImageVerifier#checks}
 *     describes each one
 * @param where a path in the image, a layer, a document or a setting
 * @param message the actual and the expected state
 */
@Api
public record Finding(String id, String where, String message) implements Comparable<Finding> {

  private static final Set<String> ORIGIN =
      Set.of(OriginTrust.ID, OriginTrust.BASE, LockedOrigin.ID);

  private static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::id)
          .thenComparing(Finding::where)
          .thenComparing(Finding::message);

  /**
   * Returns the property that the image lacks: {@code origin} if the finding depends on the keys or
   * digests that are trusted; else {@code consistency}, since parts of the image contradict each
   * other or its contract.
   */
  public String shows() {
    return ORIGIN.contains(id) ? "origin" : "consistency";
  }

  @Override
  public int compareTo(Finding other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return id + ": " + where + ": " + message;
  }
}
