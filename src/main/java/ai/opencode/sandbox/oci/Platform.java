package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Arrays;
import java.util.List;

/**
 * The operating system and architecture of an image, with the names that OCI, Alpine and npm use
 * for them.
 *
 * @param architecture Go's name, as image-spec demands: {@code amd64}, {@code arm64}
 */
@Api
public record Platform(String os, String architecture) {

  public static final Platform LINUX_AMD64 = linux(Architecture.AMD64);
  public static final Platform LINUX_ARM64 = linux(Architecture.ARM64);

  /** The platform of an entry in an index that is no image, such as an attestation. */
  public static final Platform NONE = new Platform("unknown", "unknown");

  /** Names that engines treat as amd64, arm64, 386 and arm. */
  private static final List<String> ALIASES =
      List.of("x86_64", "x86-64", "aarch64", "i386", "armhf", "armel");

  private static final List<Platform> SUPPORTED =
      Arrays.stream(Architecture.values()).map(Platform::linux).toList();

  /** Parses {@code linux/amd64} or {@code linux/arm64}. */
  public static Platform of(String text) {
    return SUPPORTED.stream()
        .filter(platform -> platform.toString().equals(text))
        .findFirst()
        .orElseThrow(() -> unsupported(text));
  }

  private static Platform linux(Architecture architecture) {
    return new Platform("linux", architecture.ociName());
  }

  private static UsageException unsupported(String text) {
    return new UsageException(
        "\"" + text + "\" is not a supported platform. Use " + Architecture.PLATFORMS + ".");
  }

  /** Returns the supported platforms. */
  static List<Platform> supported() {
    return SUPPORTED;
  }

  /** Returns the platform of this machine, even if it is not supported. */
  public static Platform host() {
    return ofMachine(System.getProperty("os.arch", ""));
  }

  /**
   * Returns the platform of a machine.
   *
   * @param name Java's name of the architecture, which is one of OCI's or of Alpine's
   */
  static Platform ofMachine(String name) {
    return Architecture.ofOci(name)
        .or(() -> Architecture.ofApk(name))
        .map(Platform::linux)
        .orElseGet(() -> new Platform("linux", name));
  }

  /**
   * Returns the architecture's other names and numbers.
   *
   * @throws UsageException if images for the platform cannot be made
   */
  public Architecture machine() {
    return Architecture.ofOci(architecture).orElseThrow(() -> unsupported(toString()));
  }

  /** Returns whether no program maps the names to another platform. */
  public static boolean isPlain(Platform platform) {
    return platform.os.matches("[a-z0-9]+")
        && platform.architecture.matches("[a-z0-9]+")
        && !ALIASES.contains(platform.architecture);
  }

  /** Returns whether no machine runs the content, because it is no image. */
  public boolean isNone() {
    return os.equals(NONE.os);
  }

  /** Returns Alpine's name of the architecture: {@code x86_64}, {@code aarch64}. */
  public String apkArchitecture() {
    return machine().apkName();
  }

  /** Returns npm's name of the architecture: {@code x64}, {@code arm64}. */
  public String npmCpu() {
    return machine().npmCpu();
  }

  @Override
  public String toString() {
    return os + "/" + architecture;
  }
}
