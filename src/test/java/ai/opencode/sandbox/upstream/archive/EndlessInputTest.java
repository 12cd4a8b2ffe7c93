package ai.opencode.sandbox.upstream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.ALockedNpmPackage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An archive keeps a file before it is verified, but no more bytes of it than its reader accepts.
 */
class EndlessInputTest {

  /** Far above each limit, but small enough that a test without limits does not fill the disk. */
  private static final long MANY = 64L << 20;

  @TempDir private Path folder;
  private final Zeros zeros = new Zeros();
  private InputRecorder recorder;

  @BeforeEach
  void record() throws IOException {
    recorder =
        new InputRecorder(
            new Sending(),
            new BlobStore(folder.resolve("store")),
            new ArchivePlace.Folder(folder.resolve("archive")));
  }

  @Test
  void aPackageIsKeptAsFarAsItsSizeIsKnown() throws IOException {
    ApkPackage tool = AnApk.named("tool").toPackage();
    PackageLocation location =
        new PackageLocation("tool", "1.0-r0", "repository", "x86_64", tool.size(), tool.checksum());

    assertThatThrownBy(() -> recorder.apk(location))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("longer than the allowed " + tool.size() + " bytes");
    assertNothingIsKept();
  }

  @Test
  void anIndexIsKeptAsFarAsAnIndexMayGo() throws IOException {
    assertThatThrownBy(() -> recorder.index("repository", "x86_64"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("longer than the allowed " + (16 << 20) + " bytes");
    assertNothingIsKept();
  }

  @Test
  void aTarballIsKeptAsFarAsATarballMayGo() throws IOException {
    LockedNpmPackage locked =
        ALockedNpmPackage.of("node_modules/a", "1.0.0", ANpmTarball.named("a").integrity());

    assertThatThrownBy(() -> recorder.tarball(locked, () -> null, 1 << 20))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("longer than the allowed " + (1 << 20) + " bytes");
    assertNothingIsKept();
  }

  private void assertNothingIsKept() throws IOException {
    assertThat(zeros.sent).isLessThan(MANY / 2);
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(all.filter(Files::isRegularFile)).noneMatch(each -> each.toFile().length() > 0);
    }
  }

  private static final class Zeros extends InputStream {

    private long sent;

    @Override
    public int read() {
      return sent++ < MANY ? 0 : -1;
    }

    @Override
    public int read(byte[] bytes, int start, int length) {
      sent += length;
      return sent < MANY ? length : -1;
    }
  }

  private final class Sending implements Origin {

    @Override
    public InputStream apk(PackageLocation location) {
      return zeros;
    }

    @Override
    public InputStream index(String repository, String architecture) {
      return zeros;
    }

    @Override
    public InputStream tarball(
        LockedNpmPackage locked, Supplier<NpmRegistry> registry, long maxBytes) {
      return zeros;
    }

    @Override
    public boolean isOffline() {
      return false;
    }
  }
}
