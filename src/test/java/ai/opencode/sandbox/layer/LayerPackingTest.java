package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.APlacedEntry;
import ai.opencode.sandbox.install.Obstacle;
import ai.opencode.sandbox.install.Obstacle.Kind;
import ai.opencode.sandbox.install.PlacedEntry;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.install.scripts.AScriptEffect;
import ai.opencode.sandbox.install.scripts.ScriptEffects;
import ai.opencode.sandbox.layer.PlannedLayer.Merged;
import ai.opencode.sandbox.layer.PlannedLayer.MergedPackage;
import ai.opencode.sandbox.layer.PlannedLayer.Scripts;
import ai.opencode.sandbox.layer.PlannedLayer.Verbatim;
import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layers that follow from sizes and obstacles of packages. */
class LayerPackingTest {

  private static final Obstacle PIPE = new Obstacle.AtPath(Kind.SPECIAL_FILE, "dev/pipe");

  @Test
  void aBigPackageIsStoredVerbatim() {
    assertThat(plan(apk("big", 2_000_000, 0)).get(0))
        .isEqualTo(new Verbatim(facts("big-1"), Digest.sha256("big")));
  }

  @ParameterizedTest
  @CsvSource({
    "2000000,    0, true",
    "1999999,    0, false",
    "2001024,    1, true",
    "2001023,    1, false",
    "3024000, 1000, true",
    "3023999, 1000, false",
  })
  void everyEntryCountsAKibibyteAgainstAPackage(long bytes, int entries, boolean verbatim) {
    assertThat(plan(apk("p", bytes, entries)).get(0) instanceof Verbatim).isEqualTo(verbatim);
  }

  @Test
  void aSmallPackageIsMergedForItsSize() {
    assertThat(plan(apk("small", 812, 3)))
        .containsExactly(merged(true, "small-1", new Reason.TooSmall(812, 3)));
  }

  @Test
  void aBigPackageWithAnObstacleIsMergedForIt() {
    PlacedPackage hindered = apk("big", 9_000_000, 1, List.of(PIPE));

    assertThat(plan(hindered))
        .containsExactly(merged(true, "big-1", new Reason.Hindered(List.of(PIPE))));
  }

  /** The obstacle is the reason, since it would remain if the package grew. */
  @Test
  void anObstacleCountsBeforeASize() {
    PlacedPackage hindered = apk("small", 9, 1, List.of(PIPE));

    assertThat(plan(hindered))
        .containsExactly(merged(true, "small-1", new Reason.Hindered(List.of(PIPE))));
  }

  @Test
  void onlyTheLargestTwentyFiveAreStoredVerbatim() {
    List<PlacedPackage> packages = new ArrayList<>();
    for (int i = 0; i < 27; i++) {
      packages.add(apk("p" + i, 3_000_000 + i, 0));
    }

    List<PlannedLayer> layers = plan(packages.toArray(PlacedPackage[]::new));

    assertThat(verbatim(layers)).hasSize(25).startsWith("p2-1").doesNotContain("p0-1", "p1-1");
    assertThat(layers.get(25))
        .isEqualTo(
            new Merged(
                List.of(
                    new MergedPackage(facts("p0-1"), new Reason.TooMany(25)),
                    new MergedPackage(facts("p1-1"), new Reason.TooMany(25))),
                true));
  }

  @Test
  void ofEquallyLargePackagesTheNameDecides() {
    List<PlacedPackage> packages = new ArrayList<>();
    for (int i = 49; i >= 24; i--) {
      packages.add(apk("p" + i, 3_000_000, 0));
    }

    assertThat(verbatim(plan(packages.toArray(PlacedPackage[]::new))))
        .hasSize(25)
        .startsWith("p48-1")
        .doesNotContain("p49-1");
  }

  @Test
  void layersStoredVerbatimComeFirstInTheOrderOfInstallation() {
    List<PlannedLayer> layers =
        plan(apk("b", 3_000_000, 0), apk("x", 100, 1), apk("a", 5_000_000, 0));

    assertThat(verbatim(layers)).containsExactly("b-1", "a-1");
    assertThat(layers).hasSize(3);
    assertThat(labels(layers.get(2))).containsExactly("x-1");
  }

  @Test
  void smallPackagesAndThoseInBetweenAreSeparate() {
    List<PlannedLayer> layers = plan(apk("medium", 600_000, 1), apk("small", 512 << 10, 1));

    assertThat(layers)
        .extracting(LayerPackingTest::labels)
        .containsExactly(List.of("small-1"), List.of("medium-1"));
  }

  @Test
  void aLayerOfSmallPackagesHasAboutOneAndAHalfMegabytes() {
    PlacedPackage[] packages = new PlacedPackage[40];
    for (int i = 0; i < packages.length; i++) {
      packages[i] = apk("p" + i, 131_072, 1);
    }

    List<PlannedLayer> layers = plan(packages);

    // 40 times 128 KiB are 5.2 MB.
    assertThat(layers).hasSize(4);
    assertThat(layers).allSatisfy(layer -> assertThat(labels(layer)).hasSize(10));
  }

  @Test
  void aLayerOfPackagesInBetweenHasAboutTwelveMegabytes() {
    PlacedPackage[] packages = new PlacedPackage[23];
    for (int i = 0; i < packages.length; i++) {
      packages[i] = apk("p" + i, 1 << 20, 1);
    }

    // 23 MiB are 24.1 MB.
    assertThat(plan(packages)).hasSize(3);
  }

  @Test
  void thereAreNeverMoreThanEightLayersOfAKind() {
    PlacedPackage[] packages = new PlacedPackage[300];
    for (int i = 0; i < packages.length; i++) {
      packages[i] = apk("p" + i, i < 100 ? 1_900_000 : 500_000, 1);
    }

    assertThat(plan(packages)).hasSize(16);
  }

  @Test
  void theOrderOfInstallationIsKeptWithinALayer() {
    List<PlannedLayer> layers = plan(apk("c", 100, 1), apk("a", 500_000, 1), apk("b", 7, 1));

    assertThat(layers).hasSize(1);
    assertThat(labels(layers.get(0))).containsExactly("c-1", "a-1", "b-1");
  }

  @Test
  void aPackagesNeighboursStayWhereItsNextVersionIsALittleLarger() {
    List<List<String>> before = groups(300_000);

    assertThat(groups(310_000)).isEqualTo(before);
    assertThat(groups(327_680)).isEqualTo(before);
    assertThat(groups(500_000)).isNotEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 4096",
    "4096, 4096",
    "4097, 5120",
    "65536, 65536",
    "65537, 81920",
    "131072, 131072",
    "131073, 163840",
    "1900000, 2097152",
  })
  void aPackageWeighsItsSizeRoundedUp(long bytes, long weight) {
    assertThat(LayerPacking.weight(bytes)).isEqualTo(weight);
  }

  @Test
  void onlyTheLastMergedLayerHasTheCorrections() {
    List<PlannedLayer> layers =
        plan(apk("medium", 600_000, 1), apk("small", 7, 1), apk("big", 3_000_000, 0));

    assertThat(layers)
        .containsExactly(
            new Verbatim(facts("big-1"), Digest.sha256("big")),
            merged(false, "small-1", new Reason.TooSmall(7, 1)),
            merged(true, "medium-1", new Reason.TooSmall(600_000, 1)));
  }

  @Test
  void correctionsHaveALayerEvenWhereNothingIsMerged() {
    assertThat(plan()).containsExactly(new Merged(List.of(), true));
    assertThat(plan(apk("big", 3_000_000, 0))).element(1).isEqualTo(new Merged(List.of(), true));
  }

  @Test
  void effectsOfScriptsComeLast() {
    ScriptEffects effects = AScriptEffect.of(List.of("ca-certificates", "busybox"));
    List<ApkFacts> authors =
        Stream.of("busybox", "ca-certificates")
            .map(name -> AnApk.named(name).toPackage().facts())
            .toList();

    assertThat(LayerPacking.plan(List.of(apk("small", 7, 1)), effects))
        .extracting(PackedLayer::planned)
        .hasSize(2)
        .endsWith(new Scripts(authors))
        .last()
        .extracting(PlannedLayer::apk)
        .as("packages whose files are in the layer")
        .isEqualTo(List.of());
  }

  @Test
  void historyNamesWhatIsInALayer() {
    assertThat(new Verbatim(facts("git-2.50.1-r0"), Digest.sha256("git")).createdBy())
        .isEqualTo("apk git-2.50.1-r0 (unchanged)");
    assertThat(plan(apk("a", 7, 1), apk("b", 7, 1)).get(0).createdBy()).isEqualTo("apk a-1 b-1");
    assertThat(new Scripts(List.of(facts("busybox-1"), facts("ca-certificates-2"))).createdBy())
        .isEqualTo("apk scripts of busybox ca-certificates");
    assertThat(new PlannedLayer.Npm("typescript@5.9.3", List.of()).createdBy())
        .isEqualTo("npm typescript@5.9.3");
  }

  private static List<List<String>> groups(long bytesOfOne) {
    List<PlacedPackage> packages = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      packages.add(apk("p" + i, i == 7 ? bytesOfOne : 10_000L * (i * 7 % 20 + 1), 1));
    }
    return plan(packages.toArray(PlacedPackage[]::new)).stream()
        .map(LayerPackingTest::labels)
        .toList();
  }

  private static List<String> verbatim(List<PlannedLayer> layers) {
    return layers.stream()
        .filter(Verbatim.class::isInstance)
        .flatMap(each -> labels(each).stream())
        .toList();
  }

  private static Merged merged(boolean corrects, String label, Reason reason) {
    return new Merged(List.of(new MergedPackage(facts(label), reason)), corrects);
  }

  private static List<PlannedLayer> plan(PlacedPackage... packages) {
    return LayerPacking.plan(List.of(packages), AScriptEffect.of(List.of())).stream()
        .map(PackedLayer::planned)
        .toList();
  }

  private static PlacedPackage apk(String name, long bytes, int entries) {
    return apk(name, bytes, entries, List.of());
  }

  private static PlacedPackage apk(String name, long bytes, int entries, List<Obstacle> obstacles) {
    FetchedPackage apk = AFetchedPackage.ofSize(name, "1", bytes, entries);
    List<PlacedEntry> places =
        apk.entries().stream().map(each -> APlacedEntry.at(each.path(), each)).toList();
    return new PlacedPackage(apk, places, obstacles);
  }

  private static List<String> labels(PlannedLayer layer) {
    return layer.apk().stream().map(ApkFacts::label).toList();
  }

  private static ApkFacts facts(String label) {
    int end = label.lastIndexOf('-');
    return AFetchedPackage.ofSize(label.substring(0, end), label.substring(end + 1), 1, 1)
        .pkg()
        .facts();
  }
}
