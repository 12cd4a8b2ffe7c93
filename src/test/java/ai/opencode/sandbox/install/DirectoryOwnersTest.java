package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The attributes of a directory that several packages list. */
class DirectoryOwnersTest {

  private static final Access CLAIM = new Access(0750, 5, 6);
  private static final Access OTHER = new Access(0711, 5, 6);

  private final List<InstalledPackage> installed = new ArrayList<>();

  @Test
  void aNewDirectoryIsAsItsPackageSays() {
    assertThat(owners().add("d", null, named("a"), CLAIM)).isEqualTo(CLAIM);
  }

  @Test
  void theModesThatAllGrant() {
    DirectoryOwners owners = owners();
    Access first = owners.add("d", null, named("a"), CLAIM);

    assertThat(owners.add("d", first, named("b"), OTHER)).isEqualTo(new Access(0710, 5, 6));
    assertThat(owners.add("e", null, named("b"), OTHER)).isEqualTo(OTHER);
  }

  @Test
  void theLowerUserAndThenTheLowerGroup() {
    for (Access lower : List.of(new Access(0700, 4, 9), new Access(0700, 5, 5))) {
      DirectoryOwners owners = owners();
      Access first = owners.add("d", null, named("a"), CLAIM);
      assertThat(owners.add("d", first, named("b"), lower)).isEqualTo(lower);
      DirectoryOwners reversed = owners();
      Access second = reversed.add("d", null, named("a"), lower);
      assertThat(reversed.add("d", second, named("b"), CLAIM)).isEqualTo(lower);
    }
  }

  @Test
  void aPackagesNewBuildReplacesItsClaim() {
    before("a", new InstalledPackage.Owner(new Access(0700, 5, 6), null));
    DirectoryOwners owners = owners();

    assertThat(owners.add("d", new Access(0700, 5, 6), named("a"), CLAIM)).isEqualTo(CLAIM);
  }

  @Test
  void theClaimsOfTheBaseCount() {
    before("a", new InstalledPackage.Owner(new Access(0711, 5, 6), null));

    assertThat(owners().add("d", OTHER, named("b"), CLAIM)).isEqualTo(new Access(0710, 5, 6));
  }

  @Test
  void aBasesClaimWithoutOwnerIsThatOfRoot() {
    before("a", null);

    assertThat(owners().add("d", new Access(0755, 0, 0), named("b"), CLAIM))
        .isEqualTo(new Access(0755, 0, 0));
  }

  @Test
  void aDirectoryThatWasChangedStays() {
    before("a", new InstalledPackage.Owner(new Access(0711, 5, 6), null));
    Access changed = new Access(0777, 5, 6);
    DirectoryOwners owners = owners();

    assertThat(owners.add("d", changed, named("b"), CLAIM)).isEqualTo(changed);
    assertThat(owners.add("d", changed, named("c"), CLAIM)).isEqualTo(changed);
  }

  @Test
  void aDirectoryIsJudgedWhenItsFirstPackageComes() {
    DirectoryOwners owners = owners();
    owners.add("d", null, named("a"), CLAIM);

    assertThat(owners.add("d", new Access(0777, 5, 6), named("b"), CLAIM)).isEqualTo(CLAIM);
  }

  @Test
  void aDirectoryOfNoPackageStays() {
    assertThat(owners().add("d", OTHER, named("a"), CLAIM)).isEqualTo(OTHER);
  }

  @Nested
  class OfApk3 {

    private final Access ofTheBase = new Access(0711, 5, 6);

    OfApk3() {
      installed.add(
          new InstalledPackage(
              AnApk.named("apk-tools").version("3.0.0-r0").toPackage(), List.of()));
      before("k", new InstalledPackage.Owner(new Access(0711, 5, 6), null));
    }

    @Test
    void keepADirectoryOfTheBaseForItsFirstPackage() {
      assertThat(owners().add("d", ofTheBase, named("a"), CLAIM)).isEqualTo(ofTheBase);
      assertThat(owners().add("d", ofTheBase, named("k"), CLAIM)).isEqualTo(ofTheBase);
    }

    @Test
    void giveItTheAttributesOfALaterOwner() {
      DirectoryOwners owners = owners();

      assertThat(owners.add("d", ofTheBase, named("m"), CLAIM)).isEqualTo(ofTheBase);
      assertThat(owners.add("d", ofTheBase, named("a"), CLAIM)).isEqualTo(CLAIM);
    }

    @Test
    void keepItIfItWasChangedBefore() {
      DirectoryOwners owners = owners();
      Access changed = new Access(0777, 5, 6);

      assertThat(owners.add("d", changed, named("m"), CLAIM)).isEqualTo(changed);
      assertThat(owners.add("d", changed, named("a"), CLAIM)).isEqualTo(changed);
    }

    @Test
    void giveANewDirectoryThatOfTheFirstByName() {
      DirectoryOwners owners = owners();

      assertThat(owners.add("e", null, named("b"), CLAIM)).isEqualTo(CLAIM);
      assertThat(owners.add("e", CLAIM, named("c"), OTHER)).isEqualTo(CLAIM);
      assertThat(owners.add("e", CLAIM, named("a"), OTHER)).isEqualTo(OTHER);
    }

    @Test
    void letNoPackageTakeADirectoryFromItself() {
      DirectoryOwners owners = owners();
      owners.add("e", null, named("a"), CLAIM);

      assertThat(owners.add("e", CLAIM, named("a"), OTHER)).isEqualTo(CLAIM);
    }

    @Test
    void preferTheHigherPriorityAndTheNameOfTheOrigin() {
      ApkPackage prior = AnApk.named("x").info("replaces_priority", "1").toPackage();
      ApkPackage original = AnApk.named("x").origin("x").toPackage();
      ApkPackage other = AnApk.named("b").origin("x").toPackage();

      for (ApkPackage later : List.of(prior, original)) {
        DirectoryOwners owners = owners();
        owners.add("e", null, other, CLAIM);
        assertThat(owners.add("e", CLAIM, later, OTHER)).isEqualTo(OTHER);
      }
      DirectoryOwners owners = owners();
      owners.add("e", null, original, CLAIM);
      assertThat(owners.add("e", CLAIM, other, OTHER)).isEqualTo(CLAIM);
    }

    @Test
    void letAnyPackageTakeOverFromABuildThatLeaves() {
      before("leaving", new InstalledPackage.Owner(new Access(0700, 5, 6), null));
      Access now = new Access(0700, 5, 6);
      DirectoryOwners owners = owners();

      assertThat(owners.add("d", ofTheBase, named("z"), CLAIM)).isEqualTo(ofTheBase);
      assertThat(owners.add("f", now, named("z"), CLAIM)).isEqualTo(now);
      assertThat(owners.add("f", now, named("y"), OTHER)).isEqualTo(OTHER);
    }

    @Test
    void giveANewDirectoryNoSetuidAndSetgid() {
      assertThat(owners().add("e", null, named("a"), new Access(07775, 5, 6)))
          .isEqualTo(new Access(01775, 5, 6));
    }
  }

  private static ApkPackage named(String name) {
    return AnApk.named(name).toPackage();
  }

  private void before(String name, InstalledPackage.@Nullable Owner owner) {
    installed.add(
        new InstalledPackage(
            AnApk.named(name).toPackage(),
            List.of(
                new InstalledPackage.Directory(
                    name.equals("leaving") ? "f" : "d", owner, List.of()))));
  }

  private DirectoryOwners owners() {
    return DirectoryOwners.of(new InstalledDatabase(installed), Set.of(new PackageId("leaving")));
  }
}
