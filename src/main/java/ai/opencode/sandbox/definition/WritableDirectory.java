package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.regex.Pattern;

/**
 * A directory of an image that is writable in hardened containers: the image has the directory,
 * which belongs to its user and to group 0, and a container has a tmpfs there.
 *
 * @param path an absolute path of letters, digits and {@code . _ + @ -}
 * @param sizeBytes the maximum size in bytes, 1 MiB or more
 */
@Api
public record WritableDirectory(String path, long sizeBytes) {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._+@/-]+");

  /** A tmpfs counts towards the container's memory, so a greater one could not be filled. */
  private static final long MAX_SIZE_BYTES = 1L << 50;

  public WritableDirectory {
    Paths.requireAbsolute(path);
    Paths.requireFree(path);
    if (!PLAIN.matcher(path).matches()) {
      throw new UsageException(
          path + " cannot be a writable path. Use letters, digits and . _ + @ - in its name.");
    }
    if (SystemPlaces.isOfTheImage(path)) {
      throw new UsageException(
          path
              + " cannot be a writable path: an empty directory would replace the image's files"
              + " there. Name a directory below it.");
    }
    if (Paths.isAtOrBelow(path, "/tmp") || Paths.isAtOrBelow(path, "/workspace")) {
      throw new UsageException(
          path
              + " cannot be a writable path of its own: /tmp and /workspace are writable in every"
              + " sandbox. Leave it out.");
    }
    if (sizeBytes < WritablePath.MIN_SIZE_BYTES || sizeBytes > MAX_SIZE_BYTES) {
      throw new UsageException(
          path + " cannot have " + sizeBytes + " bytes. Give it at least 1 MiB and at most 1 PiB.");
    }
  }
}
