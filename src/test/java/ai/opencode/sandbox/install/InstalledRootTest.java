package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.ListedEntry;
import ai.opencode.sandbox.install.PlacedEntry.Place;
import ai.opencode.sandbox.install.PlacedEntry.Recorded;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The database and the obstacles that follow from a finished root. */
class InstalledRootTest {

  private static final AnApk NEW = AnApk.named("new").withFile("usr/x", 0644, "new");
  private static final PackageId NEW_ID = new PackageId("new");

  private final Root.Builder root = Root.builder();

  @Test
  void listsThePackagesThatStayed() throws IOException {
    InstalledDatabase before =
        new InstalledDatabase(List.of(installed("kept", "usr"), installed("new", "usr")));

    InstalledRoot installed = finish(before, Set.of(), placed(NEW.version("2.0-r0")));

    assertThat(installed.staying()).extracting(ApkPackage::label).containsExactly("kept-1.0-r0");
    assertThat(installed.database().packages())
        .extracting(each -> each.pkg().label())
        .containsExactly("kept-1.0-r0", "new-2.0-r0");
  }

  @Test
  void hasNoRemovedPackages() throws IOException {
    InstalledDatabase before =
        new InstalledDatabase(List.of(installed("gone", "usr"), installed("kept", "usr")));

    InstalledRoot installed = finish(before, Set.of(new PackageId("gone")));

    assertThat(installed.database().packages())
        .extracting(InstalledPackage::id)
        .containsExactly(new PackageId("kept"));
  }

  @Test
  void aPackageLosesTheFilesThatANewOneTookOver() throws IOException {
    file("usr/x", NEW_ID);
    file("usr/y", new PackageId("kept"));
    InstalledDatabase before =
        new InstalledDatabase(List.of(installed("kept", "usr", "x", "y", "deleted")));

    InstalledRoot installed = finish(before, Set.of(), placed(NEW));

    assertThat(files(installed, "kept")).containsExactly("y", "deleted");
    assertThat(files(installed, "new")).containsExactly("x");
  }

  /** apk 2 keeps both records if the owner was installed before. */
  @Test
  void aPackageKeepsTheFilesThatAnEarlierOneTookOver() throws IOException {
    file("usr/x", new PackageId("earlier"));
    InstalledDatabase before =
        new InstalledDatabase(
            List.of(installed("earlier", "usr", "x"), installed("kept", "usr", "x")));

    InstalledRoot installed = finish(before, Set.of());

    assertThat(files(installed, "kept")).containsExactly("x");
    assertThat(installed.database()).isEqualTo(before);
  }

  @Test
  void aRecordKeepsItsDirectoriesAndTheirOwners() throws IOException {
    file("usr/x", NEW_ID);
    InstalledPackage.Owner owner = new InstalledPackage.Owner(new Access(0700, 1, 2), null);
    InstalledPackage kept =
        new InstalledPackage(
            AnApk.named("kept").toPackage(),
            List.of(
                new InstalledPackage.Directory(
                    "usr", owner, List.of(new InstalledPackage.File("x", null, null)))));

    InstalledRoot installed = finish(new InstalledDatabase(List.of(kept)), Set.of(), placed(NEW));

    assertThat(installed.database().find(new PackageId("kept")).orElseThrow().directories())
        .containsExactly(new InstalledPackage.Directory("usr", owner, List.of()));
  }

  @Test
  void filesBelowALinkAreThoseOfItsTarget() throws IOException {
    root.put("lib", Node.link("usr"));
    file("usr/x", NEW_ID);

    InstalledRoot installed =
        finish(
            new InstalledDatabase(List.of(installed("kept", "lib", "x"))), Set.of(), placed(NEW));

    assertThat(files(installed, "kept")).isEmpty();
  }

  @Test
  void aNewPackageIsHinderedByALaterOneThatTookItsFile() throws IOException {
    file("usr/x", new PackageId("later"));
    PlacedPackage later = placed(AnApk.named("later").withFile("usr/x", 0644, "later"));

    InstalledRoot installed = finish(InstalledDatabase.empty(), Set.of(), placed(NEW), later);

    assertThat(installed.placed().get(0).obstacles())
        .containsExactly(new Obstacle.TakenOver("usr/x", Optional.of(new PackageId("later"))));
    assertThat(installed.placed().get(1).obstacles()).isEmpty();
    assertThat(files(installed, "new")).isEmpty();
    assertThat(files(installed, "later")).containsExactly("x");
  }

  @Test
  void cannotBeChanged() throws IOException {
    InstalledRoot installed = finish(InstalledDatabase.empty(), Set.of(), placed(NEW));

    assertThat(installed.placed()).isUnmodifiable();
    assertThat(installed.whiteouts()).isUnmodifiable().containsExactly("usr/gone");
  }

  private InstalledRoot finish(
      InstalledDatabase before, Set<PackageId> removed, PlacedPackage... placed) {
    return InstalledRoot.of(root.build(), before, List.of(placed), removed, Set.of("usr/gone"));
  }

  private void file(String path, @Nullable PackageId owner) {
    root.put("usr", Node.directory(0755, 0, 0));
    root.put(path, Node.file(Access.ofRoot(0644), new byte[0]).withOwner(owner));
  }

  private static List<String> files(InstalledRoot installed, String name) {
    return installed.database().find(new PackageId(name)).orElseThrow().directories().stream()
        .flatMap(each -> each.files().stream())
        .map(InstalledPackage.File::name)
        .toList();
  }

  private static InstalledPackage installed(String name, String directory, String... files) {
    return new InstalledPackage(
        AnApk.named(name).toPackage(),
        List.of(
            new InstalledPackage.Directory(
                directory,
                null,
                List.of(files).stream()
                    .map(each -> new InstalledPackage.File(each, null, null))
                    .toList())));
  }

  private static PlacedPackage placed(AnApk apk) throws IOException {
    FetchedPackage fetched = AFetchedPackage.of(apk);
    return new PlacedPackage(
        fetched, fetched.entries().stream().map(InstalledRootTest::placed).toList(), List.of());
  }

  private static PlacedEntry placed(ListedEntry listed) {
    Access access = listed.entry().attributes().access();
    return new PlacedEntry(
        listed, new Place(listed.path(), access), new Recorded(access, listed.sha1()));
  }
}
