package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.InstalledPackages;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ResolvedImageTest {

  private static final AnApk TOOL = AnApk.named("tool");
  private static final AnApk LIBRARY = AnApk.named("library");

  @Nested
  class Locked {

    private final LockedPackage library = ALock.locked(LIBRARY, "tool");
    private final LockedPackage tool = ALock.locked(TOOL);
    private final ResolvedImage.Locked image =
        ResolvedImage.Locked.of(
            new LockedImage(
                null, Dependency.listOf("tool"), List.of(library, tool), List.of(), null, null),
            Platform.LINUX_AMD64);

    @Test
    void hasThePackagesOfTheLockInItsOrder() {
      assertThat(image.packages())
          .containsExactly(
              new ResolvedPackage.Named(library, location(library)),
              new ResolvedPackage.Named(tool, location(tool)));
    }

    @Test
    void doesNotKnowWhatIsInstalledThen() {
      assertThat(image.known()).isEmpty();
      assertThat(image.proof()).isEqualTo(ImageContents.Proof.LOCK);
    }

    @Test
    void removesThePackagesThatTheLockNames() {
      LockedImage locked =
          new LockedImage(
              null,
              List.of(),
              List.of(),
              List.of(new PackageId("old"), new PackageId("older")),
              null,
              null);

      assertThat(image.removed()).isEmpty();
      assertThat(ResolvedImage.Locked.of(locked, Platform.LINUX_AMD64).removed())
          .containsExactly(new PackageId("old"), new PackageId("older"));
    }

    @Test
    void isNotTheSolversEvenIfThatAddsNothing() {
      InstalledSet nothing = new InstalledSet(new InstalledPackages(List.of()), World.parse(""));

      assertThat(new ResolvedImage.Solved(List.of(), List.of(), nothing).proof())
          .isEqualTo(ImageContents.Proof.SIGNED_INDEX);
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
