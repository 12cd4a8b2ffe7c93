package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.List;

/**
 * The operating system and architecture of an image, with the names that OCI, Alpine and npm use
 * for them.
 *
 * @param architecture Go's name, as image-spec demands: {@code amd64}, {@code arm64}
 */
@Api
public record Platform(String os, String architecture) {

  public static final Platform LINUX_AMD64 = new Platform("linux", "amd64");
  public static final Platform LINUX_ARM64 = new Platform("linux", "arm64");

  /** Names that engines treat as amd64, arm64, 386 and arm. */
  private static final List<String> ALIASES =
      List.of("x86_64", "x86-64", "aarch64", "i386", "armhf", "armel");

  private static final List<Platform> SUPPORTED = List.of(LINUX_AMD64, LINUX_ARM64);

  /** Parses {@code linux/amd64} or {@code linux/arm64}. */
  public static Platform of(String text) {
    return SUPPORTED.stream()
        .filter(platform -> platform.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "\""
                        + text
                        + "\" is not a supported platform. Use linux/amd64 or linux/arm64."));
  }

  /** Returns the supported platforms. */
  static List<Platform> supported() {
    return SUPPORTED;
  }

  /** Returns the supported platform that matches this machine's architecture. */
  public static Platform host() {
    String arch = System.getProperty("os.arch", "");
    return arch.equals("aarch64") || arch.equals("arm64") ? LINUX_ARM64 : LINUX_AMD64;
  }

  /** Returns whether no program maps the names to another platform. */
  public static boolean isPlain(Platform platform) {
    return platform.os.matches("[a-z0-9]+")
        && platform.architecture.matches("[a-z0-9]+")
        && !ALIASES.contains(platform.architecture);
  }

  /** Returns Alpine's name of the architecture: {@code x86_64}, {@code aarch64}. */
  public String apkArchitecture() {
    return architecture.equals("arm64") ? "aarch64" : "x86_64";
  }

  /** Returns npm's name of the architecture: {@code x64}, {@code arm64}. */
  public String npmCpu() {
    return architecture.equals("arm64") ? "arm64" : "x64";
  }

  @Override
  public String toString() {
    return os + "/" + architecture;
  }
}
