package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.ListedEntry;
import ai.opencode.sandbox.install.Obstacle.Kind;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The reasons why a package is rewritten, and those that only the finished root gives. */
class ObstaclesTest {

  private static final Obstacle LISTED = new Obstacle.AtPath(Kind.LISTED_TWICE, "a");

  private final Root.Builder root = Root.builder();

  @Test
  void areTheFirstFiveDifferentOnes() {
    Obstacles obstacles = new Obstacles();
    for (String path : List.of("a", "a", "b", "c", "d", "e", "f")) {
      obstacles.add(Kind.SPECIAL_FILE, path);
    }

    assertThat(obstacles.list())
        .extracting(each -> ((Obstacle.AtPath) each).path())
        .containsExactly("a", "b", "c", "d", "e");
  }

  @Test
  void ofAPackageThatKeepsItsFilesAreUnchanged() throws IOException {
    root.put("d", Node.directory(0755, 0, 0));
    root.put(
        "d/f", Node.file(new Access(0644, 0, 0), new byte[0]).withOwner(new PackageId("tool")));

    assertThat(placed("d", "d/f").in(root.build()).obstacles()).containsExactly(LISTED);
  }

  @Test
  void tellTheLaterPackageOfTheFirstFile() throws IOException {
    root.put("d", Node.directory(0755, 0, 0));
    root.put(
        "d/f", Node.file(new Access(0644, 0, 0), new byte[0]).withOwner(new PackageId("other")));

    assertThat(placed("d", "d/f").in(root.build()).obstacles())
        .containsExactly(
            LISTED, new Obstacle.TakenOver("d/f", Optional.of(new PackageId("other"))));
  }

  @Test
  void tellAFileThatIsGoneOrOfNoPackage() throws IOException {
    root.put("d", Node.directory(0755, 0, 0));
    Obstacle gone = new Obstacle.TakenOver("d/f", Optional.empty());

    Root without = root.build();
    assertThat(placed("d", "d/f").in(without).obstacles()).containsExactly(LISTED, gone);
    Root.Builder ofNone = without.toBuilder();
    ofNone.put("d/f", Node.file(new Access(0644, 0, 0), new byte[0]));
    assertThat(placed("d", "d/f").in(ofNone.build()).obstacles()).containsExactly(LISTED, gone);
  }

  @Test
  void areNotGivenByAnEntryThatApkLeavesOut() throws IOException {
    root.put("d", Node.directory(0755, 0, 0));

    assertThat(placed("d", null).in(root.build()).obstacles()).containsExactly(LISTED);
  }

  @Test
  void aPackageHasPlacesForItsOwnEntriesOnly() throws IOException {
    FetchedPackage apk = AFetchedPackage.of(AnApk.named("tool").withDirectory("d", 0755));

    assertThatThrownBy(() -> new PlacedPackage(apk, List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tool-1.0-r0: the placed entries are not the package's");
  }

  @Test
  void anEntryIsAsListedWithItsPathAndOwner() {
    ListedEntry listed =
        new ListedEntry(new TarEntry.Directory("d", Attributes.of(0755).withOwner(1, 2)), null);

    assertThat(APlacedEntry.at("d", 1, 2, listed).isAsListed()).isTrue();
    assertThat(APlacedEntry.at("e", 1, 2, listed).isAsListed()).isFalse();
    assertThat(APlacedEntry.at("d", 0, 2, listed).isAsListed()).isFalse();
    assertThat(APlacedEntry.at("d", 1, 0, listed).isAsListed()).isFalse();
    assertThat(PlacedEntry.leftOut(listed).isAsListed()).isFalse();
    assertThat(APlacedEntry.at("d", 1, 2, listed).isDirectory()).isTrue();
  }

  private static PlacedPackage placed(@Nullable String directory, @Nullable String file)
      throws IOException {
    FetchedPackage apk = AFetchedPackage.of(AnApk.named("tool").withFile("d/f", 0644, ""));
    return new PlacedPackage(
        apk,
        List.of(
            APlacedEntry.at(directory, apk.entries().get(0)),
            APlacedEntry.at(file, apk.entries().get(1))),
        List.of(LISTED));
  }
}
