package ai.opencode.sandbox.npm;

/**
 * A platform in npm's terms.
 *
 * @param os as {@code process.platform}: {@code linux}
 * @param cpu as {@code process.arch}: {@code x64}, {@code arm64}
 * @param libc npm's name of the C library, as {@link #musl} and {@link #glibc} set it
 */
public record NpmPlatform(String os, String cpu, String libc) {

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
