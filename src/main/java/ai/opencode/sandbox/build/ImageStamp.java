package ai.opencode.sandbox.build;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The facts about images that do not follow from their inputs. The result in a lock is independent
 * of them.
 *
 * @param version the version of the images in their labels
 * @param creationTime the creation time in their configurations; null for the build date of the
 *     newest package in each image
 */
@Api
public record ImageStamp(String version, @Nullable Instant creationTime) {

  /**
   * @throws UsageException if the time is outside of the years 1970 to 9999
   */
  public ImageStamp {
    if (creationTime != null
        && (creationTime.isBefore(Instant.EPOCH)
            || creationTime.getEpochSecond() > MAX_CREATION_SECONDS)) {
      throw new UsageException(
          "An image cannot be created on " + creationTime + ". Use a time from 1970 to 9999.");
    }
  }

  /** The last second of the year 9999, the last that the format of a configuration can express. */
  static final long MAX_CREATION_SECONDS = 253_402_300_799L;

  public ImageStamp withVersion(String newVersion) {
    return new ImageStamp(newVersion, creationTime);
  }

  public ImageStamp withCreationTime(@Nullable Instant newCreationTime) {
    return new ImageStamp(version, newCreationTime);
  }
}
