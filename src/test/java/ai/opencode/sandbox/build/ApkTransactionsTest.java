package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.InstalledPackages;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ApkTransactionsTest {

  private static final AnApk KEPT = AnApk.named("kept");
  private static final AnApk OLD = AnApk.named("old");
  private static final AnApk LIBRARY = AnApk.named("library");
  private static final AnApk NEW_LIBRARY = LIBRARY.version("2.0-r0");
  private static final AnApk NEWEST_LIBRARY = LIBRARY.version("3.0-r0");
  private static final AnApk TOOL = AnApk.named("tool").depends("library>1.5", "!old");

  private final InstalledSet below =
      new InstalledSet(
          new InstalledPackages(Stream.of(KEPT, OLD, LIBRARY).map(AnApk::toPackage).toList()),
          World.parse("kept library"));

  @Test
  void joinsWhatEachChanges() {
    ApkTransactions transactions = over(KEPT, OLD, LIBRARY, NEW_LIBRARY, TOOL);

    transactions.run(transactions.world(), Set.of("library"));
    transactions.run(below.world().with(Dependency.listOf("tool")), Set.of());

    ResolvedImage image = transactions.result(Platform.LINUX_ARM64);
    assertThat(image.packages())
        .extracting(ResolvedPackage::location, ResolvedPackage::cause)
        .containsExactly(
            tuple(location(NEW_LIBRARY), new LockedPackage.Cause(null, ApkVersion.of("1.0-r0"))),
            tuple(location(TOOL), LockedPackage.Cause.of(null)));
    assertThat(image.removed()).containsExactly(new PackageId("old"));
  }

  @Test
  void knowsWhatIsInstalledThen() {
    ApkTransactions transactions = over(KEPT, OLD, LIBRARY, NEW_LIBRARY, TOOL);

    transactions.run(below.world().with(Dependency.listOf("tool")), Set.of());

    InstalledSet installed = transactions.result(Platform.LINUX_ARM64).installed();
    assertThat(installed.packages())
        .extracting(ApkPackage::label)
        .containsExactlyInAnyOrder("kept-1.0-r0", "library-2.0-r0", "tool-1.0-r0");
    assertThat(installed.world().requests()).isEqualTo(Dependency.listOf("kept library tool"));
  }

  /** The first build would be gone again before anybody sees it. */
  @Test
  void installsThePackageThatALaterOneReplacesOnce() {
    AnApk newer = AnApk.named("tool").depends("library>2.5");
    ApkTransactions transactions = over(LIBRARY, NEW_LIBRARY, NEWEST_LIBRARY, newer);

    transactions.run(World.parse("library<3"), Set.of("library"));
    transactions.run(World.parse("library tool"), Set.of());

    assertThat(transactions.result(Platform.LINUX_ARM64).locations())
        .extracting(PackageLocation::label)
        .containsExactly("library-3.0-r0", "tool-1.0-r0");
  }

  @Test
  void forgetsAPackageThatALaterOneRemoves() {
    ApkTransactions transactions = over(TOOL, NEW_LIBRARY);

    transactions.run(World.parse("kept tool"), Set.of());
    transactions.run(World.parse("kept"), Set.of());

    ResolvedImage image = transactions.result(Platform.LINUX_ARM64);
    assertThat(image.packages()).isEmpty();
    assertThat(image.removed()).containsExactly(new PackageId("old"), new PackageId("library"));
  }

  private ApkTransactions over(AnApk... offered) {
    List<ApkPackage> packages = Stream.of(offered).map(AnApk::toPackage).toList();
    return new ApkTransactions(
        below, List.of(new Repository(new RepositoryLocation("/main"), null, packages)), List.of());
  }

  private static PackageLocation location(AnApk apk) {
    ApkPackage pkg = apk.toPackage();
    return new PackageLocation(
        pkg.name(),
        pkg.version(),
        new RepositoryLocation("/main"),
        "aarch64",
        pkg.size(),
        pkg.checksum());
  }
}
