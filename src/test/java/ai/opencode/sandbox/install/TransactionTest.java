package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.apk.Triggers;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Packages and directories that scripts run for. */
class TransactionTest {

  private static final AnApk OLD = AnApk.named("old");
  private static final AnApk WATCHER = AnApk.named("watcher");

  private final List<InstalledPackage> before = new ArrayList<>();
  private final List<FetchedPackage> installed = new ArrayList<>();
  private final List<PackageId> removed = new ArrayList<>();
  private Triggers triggers = Triggers.NONE;

  @Test
  void aNewPackagesScriptsAreThoseOfAnInstallation() throws IOException {
    install(AnApk.named("a").script("post-install", "x").script("post-upgrade", "x"));

    assertThat(transaction().wouldRun(new PackageId("a"), ScriptKind.POST_INSTALL)).isTrue();
    assertThat(transaction().wouldRun(new PackageId("a"), ScriptKind.POST_UPGRADE)).isFalse();
    assertThat(transaction().wouldRun(new PackageId("a"), ScriptKind.PRE_INSTALL))
        .as("it has none")
        .isFalse();
    assertThat(transaction().wouldRun(new PackageId("b"), ScriptKind.POST_INSTALL)).isFalse();
    assertThat(transaction().isUpgrade(new PackageId("a"))).isFalse();
  }

  @Test
  void aNewBuildsScriptsAreThoseOfAnUpgrade() throws IOException {
    before(AnApk.named("a"));
    install(
        AnApk.named("a").version("2.0-r0").script("post-install", "x").script("post-upgrade", "x"));

    assertThat(transaction().wouldRun(new PackageId("a"), ScriptKind.POST_INSTALL)).isFalse();
    assertThat(transaction().wouldRun(new PackageId("a"), ScriptKind.POST_UPGRADE)).isTrue();
    assertThat(transaction().isUpgrade(new PackageId("a"))).isTrue();
  }

  @Test
  void labelsAreThoseInTheEnd() throws IOException {
    before(OLD, AnApk.named("a"), AnApk.named("gone"));
    install(AnApk.named("a").version("2.0-r0"));
    removed.add(new PackageId("gone"));

    assertThat(transaction().find(new PackageId("a")).map(ApkPackage::label)).contains("a-2.0-r0");
    assertThat(transaction().find(new PackageId("old")).map(ApkPackage::label))
        .contains("old-1.0-r0");
    assertThat(transaction().find(new PackageId("gone"))).isEmpty();
    assertThat(transaction().find(new PackageId("unknown"))).isEmpty();
  }

  @Test
  void triggersAreThoseInTheEnd() throws IOException {
    before(WATCHER, OLD);
    triggers = triggers.with(WATCHER.toPackage(), List.of("/usr/*"));

    assertThat(transaction().hasTrigger(new PackageId("watcher"))).isTrue();
    assertThat(transaction().hasTrigger(new PackageId("old"))).isFalse();
    assertThat(transaction().hasTrigger(new PackageId("unknown"))).isFalse();
    removed.add(new PackageId("watcher"));
    assertThat(transaction().hasTrigger(new PackageId("watcher"))).isFalse();
  }

  @Test
  void aNewBuildWithoutTriggerHasNone() throws IOException {
    before(WATCHER);
    triggers = triggers.with(WATCHER.toPackage(), List.of("/usr/*"));
    install(WATCHER.version("2.0-r0"));

    assertThat(transaction().hasTrigger(new PackageId("watcher"))).isFalse();
    install(AnApk.named("new").script("trigger", "x").triggers("/a"));
    assertThat(transaction().hasTrigger(new PackageId("new"))).isTrue();
  }

  @Test
  void anInstalledTriggerRunsForChangedDirectories() throws IOException {
    before(WATCHER, OLD);
    installedBefore("same", "usr/same");
    installedBefore("updated", "usr/updated");
    installedBefore("gone", "usr/gone");
    triggers =
        triggers
            .with(WATCHER.toPackage(), List.of("/usr/*", "+/opt"))
            .with(OLD.toPackage(), List.of("/srv"));
    install(AnApk.named("a").withFile("usr/b/c", 0644, "").withDirectory("srv", 0755));
    install(AnApk.named("updated").withFile("opt/c", 0644, ""));
    install(AnApk.named("flat").withoutItsFolders().withFile("usr/flat/c", 0644, ""));
    removed.add(new PackageId("gone"));

    assertThat(transaction().triggering(new PackageId("watcher")))
        .containsExactly("opt", "usr/b", "usr/flat", "usr/gone", "usr/updated");
    assertThat(transaction().triggering(new PackageId("old"))).containsExactly("srv");
    assertThat(transaction().triggering(new PackageId("unknown"))).isEmpty();
  }

  @Test
  void aNewTriggerRunsForAllDirectories() throws IOException {
    installedBefore("same", "usr/same");
    install(AnApk.named("a").script("trigger", "x").triggers("/usr/*"));
    install(AnApk.named("b").withFile("usr/b/c", 0644, ""));

    assertThat(transaction().triggering(new PackageId("a"))).containsExactly("usr/b", "usr/same");
  }

  @Test
  void aRemovedTriggerRunsForNone() throws IOException {
    before(WATCHER);
    triggers = triggers.with(WATCHER.toPackage(), List.of("/usr"));
    install(AnApk.named("a").withDirectory("usr", 0755));
    removed.add(new PackageId("watcher"));

    assertThat(transaction().triggering(new PackageId("watcher"))).isEmpty();
  }

  @Test
  void namesItsPackagesInTheOrderOfInstallation() throws IOException {
    install(AnApk.named("z"));
    install(AnApk.named("a"));
    before(AnApk.named("b"), AnApk.named("y"));
    removed.addAll(List.of(new PackageId("y"), new PackageId("b")));

    assertThat(transaction().installed()).containsExactlyElementsOf(installed);
    assertThat(transaction().removed())
        .extracting(each -> each.pkg().name())
        .containsExactly("y", "b");
  }

  @Test
  void removesNoPackageThatIsNotInstalled() {
    before(AnApk.named("a"));
    removed.addAll(List.of(new PackageId("a"), new PackageId("b")));

    assertThatThrownBy(this::transaction)
        .isInstanceOf(LockException.class)
        .hasMessageStartingWith("The lock removes b, but the image below does not have");
  }

  private Transaction transaction() {
    return new Transaction(
        new DatabaseState(
            new InstalledDatabase(before), triggers, new ScriptArchive(Map.of()), false),
        installed,
        removed);
  }

  private void install(AnApk apk) throws IOException {
    installed.add(AFetchedPackage.of(apk));
  }

  private void before(AnApk... apks) {
    for (AnApk each : apks) {
      before.add(new InstalledPackage(each.toPackage(), List.of()));
    }
  }

  private void installedBefore(String name, String directory) {
    before.add(
        new InstalledPackage(
            AnApk.named(name).toPackage(),
            List.of(new InstalledPackage.Directory(directory, null, List.of()))));
  }
}
