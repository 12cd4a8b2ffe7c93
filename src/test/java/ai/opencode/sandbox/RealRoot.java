package ai.opencode.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Alpine's released root, with the real apk in it: from the shared data, or from the cache into
 * which {@code scripts/test} downloads it.
 */
public final class RealRoot {

  private static final String NAME = "alpine-minirootfs-3.20.3-%s.tar.gz";

  private RealRoot() {}

  /**
   * Returns the published archive; skips the test if it is missing.
   *
   * @param machine {@code x86_64} or {@code aarch64}
   */
  public static Path released(String machine) {
    String name = NAME.formatted(machine);
    Path cached = cache().resolve(name);
    Optional<Path> shared = SharedData.root().map(data -> data.resolve("minirootfs/" + name));
    Path archive = shared.filter(Files::exists).orElse(cached);
    assumeTrue(Files.exists(archive), () -> "skipped: no " + name + "; scripts/test downloads it");
    return archive;
  }

  /** Returns the archive for x86_64; skips the test if that or the right to chroot is missing. */
  public static Path archive() {
    assumeMayChangeRoots();
    return released("x86_64");
  }

  /** The archive of a real 3.23.3 root, whose apk is 3.0.3; skips the test like the other. */
  public static Path archiveWithApk3() {
    assumeMayChangeRoots();
    return SharedData.path("minirootfs/alpine-root-3.23.3-x86_64-apk-3.0.3.tar.gz");
  }

  private static void assumeMayChangeRoots() {
    assumeTrue(
        System.getProperty("user.name", "").equals("root"),
        "skipped: not root, who alone may change roots");
    assumeTrue(
        System.getProperty("os.arch", "").equals("amd64"),
        "skipped: not an x86_64 machine, which the real apk is for");
  }

  public static void unpack(Path archive, Path directory) throws IOException, InterruptedException {
    Process tar =
        new ProcessBuilder("tar", "-xzpf", archive.toString(), "-C", directory.toString())
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      throw new IOException("tar could not unpack " + archive);
    }
  }

  private static Path cache() {
    String configured = System.getenv("XDG_CACHE_HOME");
    Path caches =
        configured == null || configured.isEmpty()
            ? Path.of(System.getProperty("user.home", ""), ".cache")
            : Path.of(configured);
    return Path.of(
        System.getProperty(
            "sandbox.test.roots", caches.resolve("opencode-sandbox-test/roots").toString()));
  }
}
