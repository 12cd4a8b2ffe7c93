package ai.opencode.sandbox.npm;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A platform in npm's terms.
 *
 * @param os the operating system, as {@code process.platform} of Node.js: {@code linux}
 * @param cpu the processor, as {@code process.arch} of Node.js: {@code x64}, {@code arm64}
 * @param libc npm's name of the C library, as {@link #musl} and {@link #glibc} set it
 */
public record NpmPlatform(String os, String cpu, String libc) {

  /** The beginning of the paths of musl's dynamic loader. */
  private static final String MUSL = "lib/ld-musl-";

  /**
   * Returns the platform of a Linux file system.
   *
   * @param firstFrom the function that returns the first path, in sorted order, that is not before
   *     a text; null if there is none
   */
  public static NpmPlatform of(String cpu, Function<String, @Nullable String> firstFrom) {
    String path = firstFrom.apply(MUSL);
    return path != null && path.startsWith(MUSL) ? musl(cpu) : glibc(cpu);
  }

  /** Returns the platform of Alpine Linux. */
  public static NpmPlatform musl(String cpu) {
    return new NpmPlatform("linux", cpu, "musl");
  }

  /** Returns the platform of Debian and other distributions with glibc. */
  public static NpmPlatform glibc(String cpu) {
    return new NpmPlatform("linux", cpu, "glibc");
  }

  boolean isMusl() {
    return libc.equals("musl");
  }

  @Override
  public String toString() {
    return os + " " + cpu + " " + libc;
  }
}
