package ai.opencode.sandbox.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The identity of a regular file with a single name, as the file system reports it. While the stamp
 * is the same, the content is the same too, because it contains the time of the inode's last
 * change. A program can set the time of a file's last modification, but not this time.
 */
public record FileStamp(long device, long inode, long size, Instant changed) {

  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;

  /** Longer than the clock tick of any kernel, which is the resolution of change times. */
  private static final Duration TICK = Duration.ofMillis(20);

  /** For file systems that store times in units of one or two seconds, or milliseconds. */
  private static final Duration COARSE_TICK = Duration.ofMillis(2500);

  private static final int FINE = 1_000_000;

  /**
   * Returns the stamp of a file; empty for symbolic links, devices, files with further hard links,
   * and systems that do not report all values.
   */
  public static Optional<FileStamp> of(Path file) throws IOException {
    Map<String, Object> found;
    try {
      found =
          Files.readAttributes(
              file, "unix:dev,ino,mode,nlink,size,ctime", LinkOption.NOFOLLOW_LINKS);
    } catch (UnsupportedOperationException | IllegalArgumentException notUnix) {
      return Optional.empty();
    }
    boolean single = number(found, "nlink") == 1;
    boolean regular = (number(found, "mode") & TYPE) == REGULAR;
    if (!single || !regular || !(found.get("ctime") instanceof FileTime changed)) {
      return Optional.empty();
    }
    return Optional.of(
        new FileStamp(
            number(found, "dev"),
            number(found, "ino"),
            number(found, "size"),
            changed.toInstant()));
  }

  /** Returns whether a file has further hard links, through which others may change it. */
  static boolean isShared(Path file) throws IOException {
    try {
      Map<String, Object> found =
          Files.readAttributes(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
      return number(found, "nlink") > 1;
    } catch (UnsupportedOperationException | IllegalArgumentException notUnix) {
      return false;
    }
  }

  private static long number(Map<String, Object> attributes, String name) {
    return attributes.get(name) instanceof Number number ? number.longValue() : 0;
  }

  /**
   * Returns whether a change after the given time would alter the stamp, because it falls into
   * another clock tick.
   */
  boolean isSettled(Instant at) {
    return changed.plus(tick()).isBefore(at);
  }

  /**
   * Waits for the next clock tick.
   *
   * @return false if the wait would be too long
   */
  boolean awaitSettled() {
    Instant now = Instant.now();
    if (isSettled(now)) {
      return true;
    }
    Duration left = Duration.between(now, changed.plus(tick()));
    if (left.compareTo(TICK) > 0) {
      return false;
    }
    try {
      Thread.sleep(left.toMillis() + 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return isSettled(Instant.now());
  }

  @SuppressWarnings(
      "JavaInstantGetSecondsGetNano") // only the fraction shows the clock's resolution
  private Duration tick() {
    return changed.getNano() % FINE == 0 ? COARSE_TICK : TICK;
  }

  @Override
  public String toString() {
    return device
        + " "
        + inode
        + " "
        + size
        + " "
        + changed.getEpochSecond()
        + "."
        + changed.getNano();
  }
}
