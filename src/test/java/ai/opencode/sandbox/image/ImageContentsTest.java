package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The way from a package of a layer to its entry in the lock. */
class ImageContentsTest {

  private static final LockedPackage BELOW = locked("library", "a");
  private static final LockedPackage OWN = locked("tool", "b");

  private final ImageContents contents =
      contents(OWN, Optional.of(contents(BELOW, Optional.empty())));

  @Test
  void findTheirOwnPackages() {
    assertThat(contents.find(OWN.checksum())).containsSame(OWN);
  }

  @Test
  void findPackagesOfAParent() {
    assertThat(contents.find(BELOW.checksum())).containsSame(BELOW);
  }

  @Test
  void findNoPackageOfTheBaseImage() {
    assertThat(contents.find(new Checksum("c".repeat(40)))).isEmpty();
  }

  private static ImageContents contents(LockedPackage pkg, Optional<ImageContents> parent) {
    return new ImageContents(
        new LockedImage(null, List.of(), List.of(pkg), List.of(), null, null),
        ImageContents.Proof.LOCK,
        Optional.empty(),
        parent);
  }

  private static LockedPackage locked(String name, String digit) {
    return new LockedPackage(
        name,
        ApkVersion.of("1.0-r0"),
        new RepositoryLocation("https://apk.example/v1"),
        7,
        new Checksum(digit.repeat(40)),
        new LockedPackage.Data(Digest.sha256(name), Digest.sha256(name + " unpacked")),
        LockedPackage.Cause.of(null));
  }
}
