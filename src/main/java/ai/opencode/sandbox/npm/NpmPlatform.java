package ai.opencode.sandbox.npm;

/**
 * A platform in npm's words.
 *
 * @param os as {@code process.platform}: {@code linux}
 * @param cpu as {@code process.arch}: {@code x64}, {@code arm64}
 * @param libc the C library in npm's words, as {@link #musl} and {@link #glibc} set it
 */
public record NpmPlatform(String os, String cpu, String libc) {

  /** Alpine Linux. */
  public static NpmPlatform musl(String cpu) {
    return new NpmPlatform("linux", cpu, "musl");
  }

  /** Debian and its like. */
  public static NpmPlatform glibc(String cpu) {
    return new NpmPlatform("linux", cpu, "glibc");
  }

  @Override
  public String toString() {
    return os + " " + cpu + " " + libc;
  }
}
