package ai.opencode.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** Alpine's released root, which has the real apk. */
public final class RealRoot {

  private RealRoot() {}

  /**
   * Returns the root's archive; skips the test without it, or without the right to change roots.
   */
  public static Path archive() {
    Path archive = SharedData.path("minirootfs/alpine-minirootfs-3.20.3-x86_64.tar.gz");
    assumeTrue(
        System.getProperty("user.name", "").equals("root"), "skipped: only root may change roots");
    assumeTrue(
        System.getProperty("os.arch", "").equals("amd64"), "skipped: the real apk is for x86_64");
    return archive;
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
}
