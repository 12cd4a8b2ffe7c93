package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.install.Obstacle.Kind;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The outcome of an installation, computed without I/O. */
class InstallationTest {

  private static final AnApk FIRST = AnApk.named("aaa").withFile("usr/bin/x", 0755, "first");
  private static final AnApk SECOND = AnApk.named("bbb").withFile("usr/bin/x", 0700, "second");

  private static final AnApk APK_3 = AnApk.named("apk-tools").version("3.0.1-r0");

  private final Root.Builder base = Root.builder();
  private InstalledDatabase database = InstalledDatabase.empty();

  @Test
  void placesAFileAndItsDirectories() throws IOException {
    InstalledRoot installed = install(FIRST);

    assertThat(node(installed, "usr/bin").isDirectory()).isTrue();
    assertThat(node(installed, "usr/bin/x").owner()).isEqualTo(new PackageId("aaa"));
    assertThat(node(installed, "usr/bin/x").mode()).isEqualTo(0755);
    assertThat(obstacles(installed)).isEmpty();
    assertThat(installed.whiteouts()).isEmpty();
    assertThat(installed.database().find(new PackageId("aaa"))).isPresent();
  }

  @Test
  void givesEveryEntryItsPlaceInThePackagesOrder() throws IOException {
    InstalledRoot installed = install(FIRST.withFile(".hidden", 0644, ""));

    assertThat(installed.placed().get(0).entries())
        .extracting(each -> each.listed().path() + " > " + each.path())
        .containsExactlyInAnyOrder(
            "usr > usr", "usr/bin > usr/bin", "usr/bin/x > usr/bin/x", ".hidden > null");
  }

  @Test
  void leavesTheRootBelowAsItWas() throws IOException {
    Root below = base.build();
    Installation installation = new Installation(below, database, Set.of());
    installation.install(AFetchedPackage.of(FIRST), Map.of());
    installation.finish();

    assertThat(below.get("usr/bin/x")).isNull();
  }

  @Test
  void aPackageTakesOverAFileOfItsOrigin() throws IOException {
    InstalledRoot installed = install(FIRST.origin("same"), SECOND.origin("same"));

    assertThat(node(installed, "usr/bin/x").owner()).isEqualTo(new PackageId("bbb"));
    assertThat(node(installed, "usr/bin/x").mode()).isEqualTo(0700);
    assertThat(installed.placed().get(0).obstacles())
        .containsExactly(new Obstacle.TakenOver("usr/bin/x", Optional.of(new PackageId("bbb"))));
    assertThat(files(installed, "aaa")).isEmpty();
    assertThat(files(installed, "bbb")).containsExactly("x");
  }

  @Test
  void aPackageOfAnotherOriginIsRefused() {
    assertThatThrownBy(() -> install(FIRST, SECOND))
        .isInstanceOf(VerificationException.class)
        .hasMessage(
            "bbb-1.0-r0.apk: trying to overwrite /usr/bin/x, which aaa-1.0-r0 owns. Leave one of"
                + " the two packages out.");
  }

  @Test
  void aFileStaysWithThePackageOfHigherPriority() throws IOException {
    InstalledRoot installed =
        install(
            FIRST.replaces("bbb").info("replaces_priority", "2"),
            SECOND.replaces("aaa").info("replaces_priority", "1"));

    assertThat(node(installed, "usr/bin/x").owner()).isEqualTo(new PackageId("aaa"));
    assertThat(obstacles(installed))
        .containsExactly(new Obstacle.StaysWithOther("usr/bin/x", new PackageId("aaa")));
    assertThat(files(installed, "bbb")).isEmpty();
  }

  @Test
  void ofEqualPrioritiesTheLaterPackageGetsTheFile() throws IOException {
    InstalledRoot installed =
        install(
            FIRST.replaces("bbb").info("replaces_priority", "1"),
            SECOND.replaces("aaa").info("replaces_priority", "1"));

    assertThat(node(installed, "usr/bin/x").owner()).isEqualTo(new PackageId("bbb"));
  }

  @Test
  void aChangedFileBelowEtcIsKeptAndThePackagesIsAddedBesideIt() throws IOException {
    put("etc/conf", "changed");

    InstalledRoot installed = install(AnApk.named("aaa").withFile("etc/conf", 0644, "new"));

    assertThat(node(installed, "etc/conf").owner()).isNull();
    assertThat(node(installed, "etc/conf").content()).isEqualTo(bytes("changed"));
    assertThat(node(installed, "etc/conf.apk-new").owner()).isEqualTo(new PackageId("aaa"));
    assertThat(obstacles(installed))
        .containsExactly(new Obstacle.AtPath(Kind.CHANGED_FILE_STAYS, "etc/conf"));
  }

  @Test
  void anEqualFileBelowEtcIsKeptWithoutACopy() throws IOException {
    put("etc/conf", "same");

    InstalledRoot installed = install(AnApk.named("aaa").withFile("etc/conf", 0644, "same"));

    assertThat(node(installed, "etc/conf").owner()).isEqualTo(new PackageId("aaa"));
    assertThat(installed.root().get("etc/conf.apk-new")).isNull();
    assertThat(obstacles(installed))
        .containsExactly(new Obstacle.AtPath(Kind.ALREADY_THERE, "etc/conf"));
  }

  @Test
  void anUnchangedFileBelowEtcIsReplacedByTheNewVersion() throws IOException {
    installBefore(AnApk.named("aaa").withFile("etc/conf", 0644, "old"));

    InstalledRoot installed =
        install(AnApk.named("aaa").version("2.0-r0").withFile("etc/conf", 0644, "new"));

    assertThat(node(installed, "etc/conf").sha1()).isEqualTo(AFetchedPackage.sha1(bytes("new")));
    assertThat(installed.root().get("etc/conf.apk-new")).isNull();
  }

  @Test
  void aChangedFileElsewhereIsReplaced() throws IOException {
    put("usr/bin/x", "changed");

    InstalledRoot installed = install(FIRST);

    assertThat(node(installed, "usr/bin/x").owner()).isEqualTo(new PackageId("aaa"));
    assertThat(installed.root().get("usr/bin/x.apk-new")).isNull();
  }

  @Test
  void aNewVersionRemovesFilesThatItNoLongerContains() throws IOException {
    installBefore(FIRST.withFile("usr/lib/gone/old", 0644, "old"));

    InstalledRoot installed = install(FIRST.version("2.0-r0"));

    assertThat(installed.root().get("usr/lib/gone")).isNull();
    assertThat(installed.whiteouts())
        .containsExactlyInAnyOrder("usr/lib/gone/old", "usr/lib/gone", "usr/lib");
    assertThat(installed.root().get("usr/bin/x")).isNotNull();
  }

  @Test
  void aNewVersionKeepsAnEmptyDirectoryThatItStillLists() throws IOException {
    AnApk old = FIRST.withDirectory("var/empty", 0755);
    installBefore(old);

    InstalledRoot installed = install(old.version("2.0-r0"));

    assertThat(installed.root().get("var/empty")).isNotNull();
    assertThat(installed.whiteouts()).isEmpty();
  }

  @Test
  void removingAPackageRemovesItsFilesAndEmptyDirectories() throws IOException {
    installBefore(FIRST);
    put("usr/kept", "by somebody");
    Installation installation = new Installation(base.build(), database, Set.of());
    installation.remove(database.find(new PackageId("aaa")).orElseThrow());
    InstalledRoot installed = installation.finish();

    assertThat(installed.root().get("usr/bin")).isNull();
    assertThat(installed.root().get("usr/kept")).isNotNull();
    assertThat(installed.whiteouts()).containsExactlyInAnyOrder("usr/bin/x", "usr/bin");
    assertThat(installed.database().find(new PackageId("aaa"))).isEmpty();
  }

  @Test
  void aChangedFileBelowEtcSurvivesItsPackage() throws IOException {
    installBefore(AnApk.named("aaa").withFile("etc/conf", 0644, "old"));
    put("etc/conf", "changed");
    Installation installation = new Installation(base.build(), database, Set.of());
    installation.remove(database.find(new PackageId("aaa")).orElseThrow());
    InstalledRoot installed = installation.finish();

    assertThat(node(installed, "etc/conf").owner()).isNull();
    assertThat(installed.whiteouts()).isEmpty();
  }

  @Test
  void aHardLinksSpecialBitsCountForBothNames() throws IOException {
    InstalledRoot installed = install(linked(0755, 04711));

    assertThat(node(installed, "usr/bin/one").mode()).isEqualTo(04711);
    assertThat(node(installed, "usr/bin/two").mode()).isEqualTo(04711);
    assertThat(obstacles(installed))
        .containsExactly(new Obstacle.AtPath(Kind.HARD_LINK_MODE, "usr/bin/two"));
  }

  @Test
  void aHardLinkWithoutSpecialBitsTakesThemFromItsTarget() throws IOException {
    assertThat(node(install(linked(06755, 0711)), "usr/bin/one").mode()).isEqualTo(0755);
  }

  @Test
  void setgidStaysWhereTheGroupMayNotRunTheFile() throws IOException {
    assertThat(node(install(linked(06745, 0711)), "usr/bin/one").mode()).isEqualTo(02745);
  }

  @Test
  void aHardLinkHasItsTargetsContent() throws IOException {
    InstalledRoot installed = install(linked(0755, 0755));

    assertThat(obstacles(installed)).isEmpty();
    assertThat(node(installed, "usr/bin/two").sha1()).isEqualTo(AFetchedPackage.sha1(bytes("one")));
  }

  @Test
  void aHardLinkToNoEarlierFileIsRefused() {
    assertThatThrownBy(
            () ->
                install(
                    FIRST.withEntry(
                        new TarEntry.HardLink("usr/bin/y", Attributes.of(0755), "usr/bin/z"))))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(
            "usr/bin/y is a hard link to usr/bin/z, which is not an earlier" + " file");
  }

  @Test
  void aPathThroughALinkOfTheBaseIsFollowed() throws IOException {
    directory("usr");
    directory("usr/bin");
    base.put("bin", Node.link("usr/bin"));

    InstalledRoot installed = install(AnApk.named("aaa").withFile("bin/x", 0755, "x"));

    assertThat(node(installed, "usr/bin/x").owner()).isEqualTo(new PackageId("aaa"));
    assertThat(obstacles(installed))
        .containsExactlyInAnyOrder(
            new Obstacle.DirectoryIsLink("bin", "usr/bin"),
            new Obstacle.ThroughLink("bin/x", "usr/bin/x"));
  }

  @Test
  void anOwnersNameCountsBeforeTheNumber() throws IOException {
    put("etc/passwd", "tools:x:77:78::/:/bin/sh\n");
    put("etc/group", "tools:x:78:\n");
    Attributes owned = Attributes.of(0644).withOwner(501, 20).withNames("tools", "tools");

    InstalledRoot installed = install(AnApk.named("aaa").withFile("usr/x", owned, "x"));

    assertThat(node(installed, "usr/x").uid()).isEqualTo(77);
    assertThat(node(installed, "usr/x").gid()).isEqualTo(78);
    assertThat(obstacles(installed))
        .containsExactly(new Obstacle.OtherOwner("usr/x", "tools:tools"));
  }

  @Test
  void aDirectoryOfTwoPackagesHasTheModesThatBothGrant() throws IOException {
    InstalledRoot installed =
        install(
            FIRST.withDirectory("var/shared", 0775),
            AnApk.named("bbb").withDirectory("var/shared", 0757).withFile("var/b", 0644, "b"));

    assertThat(node(installed, "var/shared").mode()).isEqualTo(0755);
  }

  @Test
  void aPackageOfSizeZeroIsNotUnpacked() throws IOException {
    InstalledRoot installed = install(FIRST.info("size", "0"));

    assertThat(installed.root().get("usr/bin/x")).isNull();
    assertThat(obstacles(installed)).containsExactly(new Obstacle.NotUnpacked());
  }

  @Test
  void aFileWithoutItsDirectoryIsRefused() {
    assertThatThrownBy(() -> install(FIRST.withoutItsFolders()))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("which the package does not list before it");
  }

  @Test
  void theMarkOfAnEmptyDirectoryIsAFileForApk3Only() throws IOException {
    AnApk marked =
        AnApk.named("aaa").withFile("var/empty/.keep_dir", 0644, "").info("size", "4096");

    assertThat(install(marked).root().get("var/empty/.keep_dir")).isNull();
    installBefore(APK_3);
    assertThat(node(install(marked), "var/empty/.keep_dir").owner())
        .isEqualTo(new PackageId("aaa"));
  }

  @Test
  void aNewDirectoryInheritsSetgidFromApk3Only() throws IOException {
    base.put("srv", Node.directory(02775, 0, 0));
    AnApk inside = onlyDirectory("srv/d");

    assertThat(node(install(inside), "srv/d").mode()).isEqualTo(0755);
    installBefore(APK_3);
    assertThat(node(install(inside), "srv/d").mode()).isEqualTo(02755);
  }

  @Test
  void theParentsOfADirectoryAreMadeIfThePackageDoesNotListThem() throws IOException {
    InstalledRoot installed = install(onlyDirectory("opt/a/b"));

    assertThat(node(installed, "opt").isDirectory()).isTrue();
    assertThat(node(installed, "opt/a").mode()).isEqualTo(0755);
    assertThat(obstacles(installed))
        .containsExactly(new Obstacle.AtPath(Kind.UNLISTED_DIRECTORY, "opt/a"));
  }

  @Test
  void aDirectoryInPlaceOfAFileOrBelowOneIsRefused() {
    put("opt", "a file");

    assertThatThrownBy(() -> install(onlyDirectory("opt")))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("opt is a directory, but a file in the layers below.");
    assertThatThrownBy(() -> install(onlyDirectory("opt/a")))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("opt/a is in /opt, which is not a directory in the layers below.");
  }

  @Test
  void aFileInPlaceOfADirectoryIsRefused() {
    directory("opt");

    assertThatThrownBy(() -> install(AnApk.named("aaa").withFile("opt", 0644, "a file")))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("opt is a file, but a directory in the layers below.");
  }

  @Test
  void aHardLinkToALinkOfThePackageIsRefused() {
    AnApk apk =
        AnApk.named("aaa")
            .withFile("usr/file", 0644, "text")
            .withLink("usr/link", "file")
            .withHardLink("usr/other", "usr/link");

    assertThatThrownBy(() -> install(apk))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("usr/other is a hard link to usr/link, which is not an earlier file");
  }

  @Test
  void aFileBelowEtcOfAnEarlierPackageIsNotTakenForAChangedOne() throws IOException {
    InstalledRoot installed =
        install(
            AnApk.named("aaa").origin("same").withFile("etc/conf", 0644, "first"),
            AnApk.named("bbb").origin("same").withFile("etc/conf", 0644, "second"));

    assertThat(node(installed, "etc/conf").owner()).isEqualTo(new PackageId("bbb"));
    assertThat(installed.root().get("etc/conf.apk-new")).isNull();
  }

  private static AnApk onlyDirectory(String path) {
    return AnApk.named("aaa").withDirectory(path, 0755).withoutItsFolders().info("size", "4096");
  }

  @Test
  void aFileThatHidesOthersIsRefused() {
    assertThatThrownBy(() -> install(FIRST.withFile("usr/.wh.bin", 0644, "")))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("usr/.wh.bin would delete files of other layers");
  }

  @Test
  void keepsTheFirstFiveObstacles() throws IOException {
    AnApk apk = FIRST;
    for (int i = 0; i < 9; i++) {
      apk = apk.withFile(".hidden" + i, 0644, "");
    }

    assertThat(obstacles(install(apk))).hasSize(5);
  }

  @Test
  void refusesToInstallAfterFinish() throws IOException {
    Installation installation = new Installation(base.build(), database, Set.of());
    installation.finish();

    assertThatThrownBy(() -> installation.install(AFetchedPackage.of(FIRST), Map.of()))
        .isInstanceOf(IllegalStateException.class);
  }

  private static AnApk linked(int mode, int modeOfLink) {
    return AnApk.named("linked")
        .withFile("usr/bin/one", mode, "one")
        .withEntry(new TarEntry.HardLink("usr/bin/two", Attributes.of(modeOfLink), "usr/bin/one"));
  }

  /** Installs a package on the base of the installation under test. */
  private void installBefore(AnApk apk) throws IOException {
    InstalledRoot before = install(apk);
    before.root().nodes().forEach(base::put);
    database = before.database();
  }

  private InstalledRoot install(AnApk... packages) throws IOException {
    Root.Builder copy = Root.builder();
    Installation installation = new Installation(base(copy), database, Set.of());
    for (AnApk each : packages) {
      installation.install(AFetchedPackage.of(each), Map.of());
    }
    return installation.finish();
  }

  private Root base(Root.Builder copy) {
    for (String path : base.pathsBelow("")) {
      copy.put(path, Objects.requireNonNull(base.get(path)));
    }
    return copy.build();
  }

  private void put(String path, String text) {
    directory(Root.parent(path));
    base.put(path, Node.file(new Access(0644, 0, 0), bytes(text)));
  }

  private void directory(String path) {
    if (base.get(path) == null) {
      base.put(path, Node.directory(0755, 0, 0));
    }
  }

  private static Node node(InstalledRoot installed, String path) {
    return Objects.requireNonNull(installed.root().get(path), path);
  }

  /** Returns the obstacles of the package that was installed last. */
  private static List<Obstacle> obstacles(InstalledRoot installed) {
    return installed.placed().get(installed.placed().size() - 1).obstacles();
  }

  private static List<String> files(InstalledRoot installed, String name) {
    return installed.database().find(new PackageId(name)).orElseThrow().directories().stream()
        .flatMap(directory -> directory.files().stream())
        .map(InstalledPackage.File::name)
        .toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
