package ai.opencode.sandbox.build;

import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The version and creation time that images are labelled with, and the statements about them. They
 * do not follow from the packages and settings of an image, so the digests of images in a lock are
 * computed without them.
 *
 * @param version the version in the labels of the images
 * @param creationTime the creation time in the configurations of the images; null for the build
 *     date of the newest package in each image
 * @param attestations the kinds of statements about each image that its index lists
 */
@Api
public record ImageStamp(
    String version, @Nullable Instant creationTime, Set<AttestationKind> attestations) {

  /**
   * Creates a stamp.
   *
   * @throws UsageException if the creation time is outside of the years 1970 to 9999
   */
  public ImageStamp {
    attestations = Set.copyOf(attestations);
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
    return new ImageStamp(newVersion, creationTime, attestations);
  }

  public ImageStamp withCreationTime(@Nullable Instant newCreationTime) {
    return new ImageStamp(version, newCreationTime, attestations);
  }

  public ImageStamp withAttestations(Set<AttestationKind> kinds) {
    return new ImageStamp(version, creationTime, kinds);
  }
}
