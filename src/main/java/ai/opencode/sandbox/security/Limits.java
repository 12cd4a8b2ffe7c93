package ai.opencode.sandbox.security;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The resources of the host that a container may use.
 *
 * @param pids processes and threads
 * @param memoryBytes memory, including the content of tmpfs; there is no swap beyond it
 * @param cpus processor time; null for no limit
 */
@Api
public record Limits(long pids, long memoryBytes, @Nullable Cpus cpus) {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([bkmg]?)");

  public Limits {
    if (pids < 16) {
      throw new UsageException(
          "A limit of "
              + pids
              + " processes and threads is too low to start anything. Use 16 or more.");
    }
    if (memoryBytes < 32L << 20) {
      throw new UsageException(
          "A memory limit of "
              + memoryBytes
              + " bytes is too low to start anything. Use 32m or more.");
    }
  }

  public Limits withPids(long newPids) {
    return new Limits(newPids, memoryBytes, cpus);
  }

  public Limits withMemoryBytes(long newMemoryBytes) {
    return new Limits(pids, newMemoryBytes, cpus);
  }

  public Limits withCpus(@Nullable Cpus newCpus) {
    return new Limits(pids, memoryBytes, newCpus);
  }

  /**
   * Parses a size in the form of {@code docker run}: {@code 512m}, {@code 4g}, a number of bytes.
   *
   * @throws UsageException if the text is not a size
   */
  public static long bytes(String size) {
    Matcher matcher = SIZE.matcher(size.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new UsageException(
          "\"" + size + "\" is not a size. Use a number and b, k, m or g, as in 512m.");
    }
    int shift =
        switch (matcher.group(2)) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          default -> 0;
        };
    return Long.parseLong(matcher.group(1)) << shift;
  }

  long memoryMebibytes() {
    return memoryBytes >> 20;
  }
}
