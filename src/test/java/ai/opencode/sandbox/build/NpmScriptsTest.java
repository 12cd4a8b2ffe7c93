package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.npm.ALockedNpmPackage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.npm.ATarballSource;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The installation scripts of npm packages, which are read once for each tarball. */
class NpmScriptsTest {

  private static final ANpmTarball TARBALL =
      ANpmTarball.empty("a", "1.0.0")
          .withFile(
              "package.json",
              "{\"scripts\":{\"postinstall\":\"b\",\"preinstall\":\"a\",\"install\":\"c\"}}")
          .withFile("node_modules/in/package.json", "{\"scripts\":{\"install\":\"of in\"}}");
  private static final LockedNpmPackage A =
      ALockedNpmPackage.of("node_modules/a", "1.0.0", TARBALL.integrity());
  private static final LockedNpmPackage ELSEWHERE =
      ALockedNpmPackage.of("node_modules/b", "1.0.0", TARBALL.integrity());
  private static final LockedNpmPackage BUNDLED =
      ALockedNpmPackage.bundled("node_modules/a/node_modules/in", "1.0.0");

  @TempDir private Path folder;
  private final AtomicInteger readings = new AtomicInteger();

  private NpmScripts scripts() {
    return new NpmScripts(
        new Cache(folder.resolve("cache")),
        new ATarballSource(
            locked -> {
              readings.incrementAndGet();
              return new ByteArrayInputStream(TARBALL.bytes());
            }));
  }

  @Test
  void areReadOnceInNpmsOrder() throws IOException {
    Map<String, String> first = scripts().read(A, A).commands();
    int once = readings.get();
    Map<String, String> again = scripts().read(A, A).commands();

    assertThat(again)
        .containsExactly(
            Map.entry("preinstall", "a"), Map.entry("install", "c"), Map.entry("postinstall", "b"))
        .isEqualTo(first);
    assertThat(scripts().read(A, A).of()).isEqualTo(A);
    assertThat(once).isPositive();
    assertThat(readings).hasValue(once);
  }

  @Test
  void areThoseOfThePackageInATarball() throws IOException {
    assertThat(scripts().read(A, A).commands()).hasSize(3);
    assertThat(scripts().read(BUNDLED, A).commands()).isEqualTo(Map.of("install", "of in"));
    assertThat(NpmScripts.place(A, A))
        .isEqualTo(NpmScripts.place(A, A))
        .isNotEqualTo(NpmScripts.place(BUNDLED, A))
        .isNotEqualTo(NpmScripts.place(ELSEWHERE, ELSEWHERE));
  }
}
