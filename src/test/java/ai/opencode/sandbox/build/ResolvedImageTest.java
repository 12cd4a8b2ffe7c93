package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.apk.solver.Resolution;
import ai.opencode.sandbox.build.ResolvedImage.InstalledSet;
import ai.opencode.sandbox.build.ResolvedImage.ResolvedPackage;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ResolvedImageTest {

  private static final AnApk TOOL = AnApk.named("tool");
  private static final AnApk LIBRARY = AnApk.named("library");
  private static final AnApk OLD = AnApk.named("old");
  private static final AnApk KEPT = AnApk.named("kept");

  @Nested
  class Solved {

    private final Repository repository = new Repository("/main", null, List.of());
    private final InstalledSet below =
        new InstalledSet(
            new InstalledDatabase(List.of(installed(KEPT), installed(OLD), installed(LIBRARY))),
            World.parse("kept"));
    private final ResolvedImage image =
        ResolvedImage.solved(
            new Resolution(
                List.of(
                    new Resolution.Chosen(below.packages().get(0), null, "world", null),
                    new Resolution.Chosen(
                        LIBRARY.version("2.0-r0").toPackage(),
                        repository,
                        "tool (library)",
                        "tool"),
                    new Resolution.Chosen(TOOL.toPackage(), repository, "world", null)),
                List.of(below.packages().get(1))),
            below,
            World.parse("kept tool"),
            Platform.LINUX_ARM64);

    @Test
    void hasTheAddedPackagesInTheirOrder() {
      assertThat(image.packages())
          .containsExactly(
              new ResolvedPackage(location(LIBRARY.version("2.0-r0")), "tool", null),
              new ResolvedPackage(location(TOOL), null, null));
      assertThat(image.locations())
          .containsExactly(location(LIBRARY.version("2.0-r0")), location(TOOL));
    }

    @Test
    void namesWhatIsTakenAway() {
      assertThat(image.removed()).containsExactly("old");
    }

    @Test
    void knowsWhatIsInstalledThen() {
      InstalledSet installed = image.installed().orElseThrow();

      assertThat(installed.packages())
          .extracting(ApkPackage::label)
          .containsExactlyInAnyOrder("kept-1.0-r0", "library-2.0-r0", "tool-1.0-r0");
      assertThat(installed.world().requests()).containsExactly("kept", "tool");
    }

    private PackageLocation location(AnApk apk) {
      ApkPackage pkg = apk.toPackage();
      return new PackageLocation(
          pkg.name(), pkg.version().toString(), "/main", "aarch64", pkg.size(), pkg.checksum());
    }

    private InstalledPackage installed(AnApk apk) {
      return new InstalledPackage(apk.toPackage(), List.of());
    }
  }

  @Nested
  class Locked {

    private final LockedPackage library = ALock.locked(LIBRARY, "tool");
    private final LockedPackage tool = ALock.locked(TOOL);
    private final ResolvedImage image =
        ResolvedImage.locked(
            new LockedImage(null, List.of("tool"), List.of(library, tool), List.of(), null, null),
            Platform.LINUX_AMD64);

    @Test
    void hasThePackagesOfTheLockInItsOrder() {
      assertThat(image.packages())
          .containsExactly(
              new ResolvedPackage(location(library), "tool", library),
              new ResolvedPackage(location(tool), null, tool));
    }

    @Test
    void doesNotKnowWhatIsInstalledThen() {
      assertThat(image.installed()).isEmpty();
      assertThat(image.removed()).isEmpty();
    }

    private PackageLocation location(LockedPackage locked) {
      return new PackageLocation(
          locked.name(),
          locked.version(),
          locked.repository(),
          "x86_64",
          locked.size(),
          locked.checksum());
    }
  }
}
