package ai.opencode.sandbox.upstream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.RepositoryLocation;
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

/** Recorded files of endless length: no more of them is stored than their readers accept. */
class EndlessInputTest {

  /** A length above each limit, but too small to fill the disk if a limit fails. */
  private static final long MANY = 64L << 20;

  @TempDir private Path directory;
  private final Zeros zeros = new Zeros();
  private InputRecorder recorder;

  @BeforeEach
  void record() throws IOException {
    recorder =
        new InputRecorder(
            new Sending(),
            new BlobStore(directory.resolve("store")),
            new ArchivePlace.Directory(directory.resolve("archive")));
  }

  @Test
  void storesAPackageUpToItsSize() throws IOException {
    ApkPackage tool = AnApk.named("tool").toPackage();
    PackageLocation location =
        new PackageLocation(
            "tool",
            ApkVersion.of("1.0-r0"),
            new RepositoryLocation("repository"),
            "x86_64",
            tool.size(),
            tool.checksum());

    assertThatThrownBy(() -> recorder.apk(location))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("longer than the allowed " + tool.size() + " bytes");
    assertNothingIsKept();
  }

  @Test
  void storesAnIndexUpToTheLimitOfIndexes() throws IOException {
    assertThatThrownBy(() -> recorder.index(new RepositoryLocation("repository"), "x86_64"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("longer than the allowed " + (16 << 20) + " bytes");
    assertNothingIsKept();
  }

  @Test
  void storesATarballUpToTheLimitOfTarballs() throws IOException {
    LockedNpmPackage locked =
        ALockedNpmPackage.of("node_modules/a", "1.0.0", ANpmTarball.named("a").integrity());

    assertThatThrownBy(() -> recorder.tarball(locked, () -> null, 1 << 20))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("longer than the allowed " + (1 << 20) + " bytes");
    assertNothingIsKept();
  }

  private void assertNothingIsKept() throws IOException {
    assertThat(zeros.sent).isLessThan(MANY / 2);
    try (Stream<Path> all = Files.walk(directory)) {
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
    public InputStream index(RepositoryLocation repository, String architecture) {
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
