package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** apk's knowledge about a root before and while packages are installed. */
class InstallationStateTest {

  private static final PackageId OLD = new PackageId("old");
  private static final ApkPackage APK_3 = AnApk.named("apk-tools").version("3.0.1-r0").toPackage();
  private static final ApkPackage OTHER = AnApk.named("other").toPackage();

  private final Root.Builder below = Root.builder();

  @Test
  void givesTheFilesOfTheDatabaseToTheirPackages() {
    put("usr/bin/x", "x");
    put("usr/bin/local", "by hand");
    below.put("usr/bin/d", Node.directory(0755, 0, 0));

    InstallationState state =
        state(old("usr/bin", file("x", "x"), file("d", null), file("gone", "g")));

    assertThat(owner(state, "usr/bin/x")).isEqualTo(OLD);
    assertThat(owner(state, "usr/bin/local")).isNull();
    assertThat(owner(state, "usr/bin/d")).isNull();
    assertThat(state.root.get("usr/bin/gone")).isNull();
    assertThat(state.directories.isListed("usr/bin")).isTrue();
    assertThat(state.packages).containsOnlyKeys(OLD);
  }

  @Test
  void followsTheLinksOfDirectories() {
    below.put("usr/lib", Node.directory(0755, 0, 0));
    below.put("lib", Node.link("usr/lib"));
    put("usr/lib/x", "x");

    InstallationState state = state(old("lib", file("x", "x")));

    assertThat(owner(state, "usr/lib/x")).isEqualTo(OLD);
    assertThat(state.directories.isListed("usr/lib")).isTrue();
    assertThat(state.directories.isListed("lib")).isFalse();
  }

  @Test
  void leavesTheRootBelowAsItWas() {
    put("etc/x", "x");
    Root root = below.build();
    new InstallationState(
        root, new InstalledDatabase(List.of(old("etc", file("x", "x")))), Set.of());

    assertThat(Objects.requireNonNull(root.nodes().get("etc/x")).owner()).isNull();
  }

  @Test
  void keepsAFileOfAProtectedDirectoryThatWasChanged() {
    put("etc/same", "it");
    put("etc/changed", "by hand");
    put("etc/unknown", "it");
    put("etc/local", "it");
    put("usr/changed", "by hand");

    InstallationState state =
        new InstallationState(
            below.build(),
            new InstalledDatabase(
                List.of(
                    new InstalledPackage(
                        AnApk.named("old").toPackage(),
                        List.of(
                            directory(
                                "etc",
                                file("same", "it"),
                                file("changed", "it"),
                                file("unknown", null)),
                            directory("usr", file("changed", "it")))))),
            Set.of());

    assertThat(isToStay(state, "etc/same")).isFalse();
    assertThat(isToStay(state, "etc/changed")).isTrue();
    assertThat(isToStay(state, "etc/unknown")).isTrue();
    assertThat(isToStay(state, "etc/local")).isTrue();
    state.record("etc/local", sha1("it"));
    assertThat(isToStay(state, "etc/local")).as("a file of no package").isTrue();
    assertThat(isToStay(state, "usr/changed")).isFalse();
  }

  @Test
  void aFileIsComparedWithTheChecksumThatWasRecordedLast() {
    put("etc/conf", "second");
    InstallationState state = state(old("etc", file("conf", "first")));

    assertThat(isToStay(state, "etc/conf")).isTrue();
    state.record("etc/conf", sha1("second"));
    assertThat(isToStay(state, "etc/conf")).isFalse();
  }

  @Test
  void tellsTheFormerBuildOfAPackage() {
    InstalledPackage old = old("etc");
    InstallationState state = state(old);
    ApkPackage newer = AnApk.named("old").version("2.0-r0").toPackage();

    assertThat(state.install(newer)).isSameAs(old.pkg());
    assertThat(state.install(newer)).isSameAs(newer);
    assertThat(state.install(OTHER)).isNull();
    assertThat(state.packages).containsOnlyKeys(OLD, OTHER.id()).containsEntry(OLD, newer);
  }

  @Test
  void underApk3APackageThatLeavesGivesItsFilesAway() {
    InstalledDatabase database =
        new InstalledDatabase(List.of(new InstalledPackage(APK_3, List.of()), old("etc")));
    InstallationState leaving = new InstallationState(below.build(), database, Set.of(OLD));

    assertThat(leaving.isOfApk3).isTrue();
    assertThat(leaving.mayTakeOver(OTHER, OLD, "etc/x")).isTrue();
    leaving.install(AnApk.named("old").version("2.0-r0").toPackage());
    assertThatThrownBy(() -> leaving.mayTakeOver(OTHER, OLD, "etc/x"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("other-1.0-r0.apk: trying to overwrite /etc/x, which old-2.0-r0");
  }

  @Test
  void underApk2APackageThatLeavesKeepsItsFiles() {
    InstallationState state =
        new InstallationState(
            below.build(), new InstalledDatabase(List.of(old("etc"))), Set.of(OLD));

    assertThat(state.isOfApk3).isFalse();
    assertThatThrownBy(() -> state.mayTakeOver(OTHER, OLD, "etc/x"))
        .isInstanceOf(VerificationException.class);
    assertThat(state.mayTakeOver(OTHER, new PackageId("not-installed"), "etc/x")).isTrue();
  }

  @Test
  void theCallersListOfLeavingPackagesIsNotChanged() {
    Set<PackageId> leaving = Set.of(OLD);
    InstallationState state =
        new InstallationState(below.build(), new InstalledDatabase(List.of(old("etc"))), leaving);
    state.install(AnApk.named("old").toPackage());

    assertThat(leaving).containsExactly(OLD);
  }

  private InstallationState state(InstalledPackage installed) {
    return new InstallationState(
        below.build(), new InstalledDatabase(List.of(installed)), Set.of());
  }

  private void put(String path, String text) {
    below.put(path, Node.file(Access.ofRoot(0644), text.getBytes(StandardCharsets.UTF_8)));
  }

  private static boolean isToStay(InstallationState state, String path) {
    return state.isToStay(path, Objects.requireNonNull(state.root.get(path)));
  }

  private static @Nullable PackageId owner(InstallationState state, String path) {
    return Objects.requireNonNull(state.root.get(path)).owner();
  }

  private static InstalledPackage old(String directory, InstalledPackage.File... files) {
    return new InstalledPackage(
        AnApk.named("old").toPackage(), List.of(directory(directory, files)));
  }

  private static InstalledPackage.Directory directory(String path, InstalledPackage.File... files) {
    return new InstalledPackage.Directory(path, null, List.of(files));
  }

  private static InstalledPackage.File file(String name, @Nullable String content) {
    return new InstalledPackage.File(name, null, content == null ? null : sha1(content));
  }

  private static Checksum sha1(String content) {
    return AFetchedPackage.sha1(content.getBytes(StandardCharsets.UTF_8));
  }
}
