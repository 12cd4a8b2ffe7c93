package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.stability.Api;
import java.util.Comparator;

/**
 * Something about an image that is not as it should be.
 *
 * @param id of the check, {@code elf-library}; {@link ImageVerifier#checks} says what each means
 * @param where a path in the image, a layer, a document or a setting
 * @param message what is there, and what should be
 */
@Api
public record Finding(String id, String where, String message) implements Comparable<Finding> {

  private static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::id)
          .thenComparing(Finding::where)
          .thenComparing(Finding::message);

  @Override
  public int compareTo(Finding other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return id + ": " + where + ": " + message;
  }
}
