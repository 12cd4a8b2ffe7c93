package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledPackages;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchedImageTest {

  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk LIBRARY =
      AnApk.named("library").withFile("usr/lib/library.so", 0644, "library");

  @TempDir private Path folder;

  @BeforeEach
  void offer() {
    ARepository.in(folder.resolve("repository")).with(TOOL, LIBRARY).write();
  }

  @Test
  void pairsEachPackageWithItsReason() throws Exception {
    FetchedImage image = fetch(solved(LIBRARY, "tool"), solved(TOOL, null));

    assertThat(image.packages())
        .allSatisfy(
            each ->
                assertThat(each.apk().pkg().label()).isEqualTo(each.resolved().location().label()));
    assertThat(image.apks())
        .extracting(each -> each.pkg().name())
        .containsExactly("library", "tool");
  }

  @Test
  void locksWhatWasFetched() throws Exception {
    FetchedImage image = fetch(solved(LIBRARY, "tool"), solved(TOOL, null));

    assertThat(image.locked()).containsExactly(locked(LIBRARY, "tool"), locked(TOOL, null));
  }

  @Test
  void locksAgainWhatALockNamed() throws Exception {
    LockedPackage locked = locked(TOOL, "other");

    assertThat(fetch(named(locked)).locked()).containsExactly(locked);
  }

  @Test
  void tellsWhereThePackageContradictsTheIndex() throws Exception {
    ApkPackage lie =
        TOOL.toPackage().toBuilder().with('D', "honest").with('p', "cmd:tool=1-r0").build();

    assertThat(chosenAs(lie).contradictions())
        .singleElement()
        .asString()
        .startsWith(TOOL.toPackage().label() + " has other dependencies or provides")
        .contains(
            "only the package: nothing, only the index: needs honest, provides cmd:tool=1-r0");
  }

  @Test
  void saysNothingWherePackageAndIndexAgree() throws Exception {
    assertThat(chosenAs(TOOL.toPackage()).contradictions()).isEmpty();
    assertThat(fetch(solved(TOOL, null)).contradictions()).isEmpty();
  }

  private FetchedImage chosenAs(ApkPackage index) throws IOException {
    return fetch(
        new ResolvedPackage.Solved(
            index, location(locked(TOOL, null)), LockedPackage.Cause.of(null)));
  }

  @Test
  void refusesALockWithAnotherDataHash() {
    LockedPackage honest = locked(TOOL, null);

    assertRefused(with(honest, Digest.sha256("other"), honest.data().diffId()));
  }

  @Test
  void refusesALockWithAnotherDiffId() {
    LockedPackage honest = locked(TOOL, null);

    assertRefused(with(honest, honest.data().hash(), Digest.sha256("other")));
  }

  private void assertRefused(LockedPackage locked) {
    assertThatThrownBy(() -> fetch(named(locked)))
        .isInstanceOf(LockException.class)
        .hasMessage(
            "The lock file contradicts itself about tool: its checksum and datahash are of different"
                + " packages. Restore the lock file.");
  }

  private static LockedPackage with(LockedPackage locked, Digest dataHash, Digest diffId) {
    return new LockedPackage(
        locked.name(),
        locked.version(),
        locked.repository(),
        locked.size(),
        locked.checksum(),
        new LockedPackage.Data(dataHash, diffId),
        LockedPackage.Cause.of(null));
  }

  private FetchedImage fetch(ResolvedPackage.Named... packages) throws IOException {
    return fetch(new ResolvedImage.Locked(List.of(packages), List.of()));
  }

  private FetchedImage fetch(ResolvedPackage.Solved... packages) throws IOException {
    InstalledSet installed = new InstalledSet(new InstalledPackages(List.of()), World.parse(""));
    return fetch(new ResolvedImage.Solved(List.of(packages), List.of(), installed));
  }

  private FetchedImage fetch(ResolvedImage resolved) throws IOException {
    Cache cache = new Cache(folder.resolve("cache"));
    try (PackageFetcher fetcher = new PackageFetcher(cache, new Download(true))) {
      FetchedImage image = FetchedImage.fetch(resolved, fetcher, Progress.silent());
      assertThat(image.resolved()).isSameAs(resolved);
      return image;
    }
  }

  private ResolvedPackage.Solved solved(AnApk apk, @Nullable String requirer) {
    return new ResolvedPackage.Solved(
        apk.toPackage(), location(locked(apk, null)), LockedPackage.Cause.of(requirer));
  }

  private ResolvedPackage.Named named(LockedPackage locked) {
    return new ResolvedPackage.Named(locked, location(locked));
  }

  private LockedPackage locked(AnApk apk, @Nullable String requirer) {
    LockedPackage locked = ALock.locked(apk, requirer);
    return new LockedPackage(
        locked.name(),
        locked.version(),
        new RepositoryLocation(folder.resolve("repository").toString()),
        locked.size(),
        locked.checksum(),
        locked.data(),
        LockedPackage.Cause.of(requirer));
  }

  private static PackageLocation location(LockedPackage locked) {
    return new PackageLocation(
        locked.name(),
        locked.version(),
        locked.repository(),
        "x86_64",
        locked.size(),
        locked.checksum());
  }
}
