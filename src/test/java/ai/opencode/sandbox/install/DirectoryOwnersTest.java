package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.rootfs.Node;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The attributes of a directory that several packages list. */
class DirectoryOwnersTest {

  private static final Node CLAIM = Node.directory(0750, 5, 6);
  private static final Node OTHER = Node.directory(0711, 5, 6);

  private final List<InstalledPackage> installed = new ArrayList<>();

  @Test
  void aNewDirectoryIsAsItsPackageSays() {
    assertThat(owners().add("d", null, "a", CLAIM)).isEqualTo(CLAIM);
  }

  @Test
  void theModesThatAllGrant() {
    DirectoryOwners owners = owners();
    Node first = owners.add("d", null, "a", CLAIM);

    assertThat(owners.add("d", first, "b", OTHER)).isEqualTo(Node.directory(0710, 5, 6));
    assertThat(owners.add("e", null, "b", OTHER)).isEqualTo(OTHER);
  }

  @Test
  void theLowerUserAndThenTheLowerGroup() {
    for (Node lower : List.of(Node.directory(0700, 4, 9), Node.directory(0700, 5, 5))) {
      DirectoryOwners owners = owners();
      Node first = owners.add("d", null, "a", CLAIM);
      assertThat(owners.add("d", first, "b", lower)).isEqualTo(lower);
      DirectoryOwners reversed = owners();
      Node second = reversed.add("d", null, "a", lower);
      assertThat(reversed.add("d", second, "b", CLAIM)).isEqualTo(lower);
    }
  }

  @Test
  void aPackagesNewBuildReplacesItsClaim() {
    before("a", new InstalledPackage.Owner(5, 6, 0700, null));
    DirectoryOwners owners = owners();

    assertThat(owners.add("d", Node.directory(0700, 5, 6), "a", CLAIM)).isEqualTo(CLAIM);
  }

  @Test
  void theClaimsOfTheBaseCount() {
    before("a", new InstalledPackage.Owner(5, 6, 0711, null));

    assertThat(owners().add("d", OTHER, "b", CLAIM)).isEqualTo(Node.directory(0710, 5, 6));
  }

  @Test
  void aBasesClaimWithoutOwnerIsThatOfRoot() {
    before("a", null);

    assertThat(owners().add("d", Node.directory(0755, 0, 0), "b", CLAIM))
        .isEqualTo(Node.directory(0755, 0, 0));
  }

  @Test
  void aDirectoryThatWasChangedStays() {
    before("a", new InstalledPackage.Owner(5, 6, 0711, null));
    Node changed = Node.directory(0777, 5, 6);
    DirectoryOwners owners = owners();

    assertThat(owners.add("d", changed, "b", CLAIM)).isEqualTo(changed);
    assertThat(owners.add("d", changed, "c", CLAIM)).isEqualTo(changed);
  }

  @Test
  void aDirectoryOfNoPackageStays() {
    assertThat(owners().add("d", OTHER, "a", CLAIM)).isEqualTo(OTHER);
  }

  @Test
  void apk3KeepsEveryDirectoryOfTheBase() {
    installed.add(
        new InstalledPackage(AnApk.named("apk-tools").version("3.0.0-r0").toPackage(), List.of()));
    before("a", new InstalledPackage.Owner(5, 6, 0711, null));
    DirectoryOwners owners = owners();

    assertThat(owners.add("d", OTHER, "b", CLAIM)).isEqualTo(OTHER);
    assertThat(owners.add("new", null, "b", CLAIM)).isEqualTo(CLAIM);
    assertThat(owners.add("new", CLAIM, "c", OTHER)).isEqualTo(Node.directory(0710, 5, 6));
  }

  private void before(String name, InstalledPackage.@Nullable Owner owner) {
    installed.add(
        new InstalledPackage(
            AnApk.named(name).toPackage(),
            List.of(new InstalledPackage.Directory("d", owner, List.of()))));
  }

  private DirectoryOwners owners() {
    return DirectoryOwners.of(new InstalledDatabase(installed));
  }
}
