package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Installation;
import ai.opencode.sandbox.install.InstalledRoot;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.install.scripts.AScriptEffect;
import ai.opencode.sandbox.install.scripts.ScriptEffects;
import ai.opencode.sandbox.layer.StagedLayer.Obtained;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layers that plans become. */
class LayerWriterTest {

  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool");
  private static final AnApk OTHER = AnApk.named("other").withFile("usr/share/other", 0600, "it");

  @TempDir private Path folder;
  private Cache cache;
  private LayerWriter writer;
  private final Map<String, Node> base = new TreeMap<>();

  @BeforeEach
  void makeCache() {
    cache = new Cache(folder.resolve("cache"));
    writer = new LayerWriter(cache);
  }

  @Nested
  class OfAlpinePackages {

    @Test
    void aPackageIsItsOwnLayer() throws IOException {
      InstalledRoot installed = install(TOOL);
      PackedLayer plan = new PackedLayer.Verbatim(installed.placed().get(0));

      FetchedPackage apk = installed.placed().get(0).apk();
      assertThat(writer.write(List.of(plan), installed))
          .containsExactly(
              new StagedLayer(
                  apk.data(),
                  apk.diffId(),
                  apk.unpackedBytes(),
                  plan.planned(),
                  Optional.empty(),
                  Obtained.PACKAGE));
    }

    @Test
    void packagesShareALayer() throws IOException {
      InstalledRoot installed = install(TOOL, OTHER);

      List<StagedLayer> layers = writer.write(List.of(merged(false, installed)), installed);

      assertThat(layers).extracting(StagedLayer::obtained).containsExactly(Obtained.MADE);
      assertThat(UnpackedLayer.lines(cache, layers.get(0)))
          .containsExactlyInAnyOrder(
              "usr 755 0:0",
              "usr/bin 755 0:0",
              "usr/bin/tool 755 0:0",
              "usr/share 755 0:0",
              "usr/share/other 600 0:0");
      assertThat(new LayerWriter(cache).write(List.of(merged(false, installed)), installed))
          .extracting(StagedLayer::obtained)
          .containsExactly(Obtained.REUSED);
    }

    @Test
    void layersAreInTheOrderOfThePlan() throws IOException {
      InstalledRoot installed = install(TOOL, OTHER);
      ScriptEffects effects = AScriptEffect.of(List.of("tool"));
      List<PackedLayer> plan =
          List.of(
              new PackedLayer.Verbatim(installed.placed().get(1)),
              new PackedLayer.Scripts(effects),
              new PackedLayer.Verbatim(installed.placed().get(0)));

      List<StagedLayer> layers = writer.write(plan, installed);

      assertThat(layers)
          .extracting(StagedLayer::planned)
          .containsExactlyElementsOf(plan.stream().map(PackedLayer::planned).toList());
      assertThat(UnpackedLayer.lines(cache, layers.get(1))).containsExactly("made-by-tool 777 0:0");
    }

    @Test
    void aLayerWithoutEntriesIsLeftOut() throws IOException {
      InstalledRoot installed = install();

      assertThat(writer.write(List.of(merged(true), merged(false)), installed)).isEmpty();
    }

    @Test
    void oneLayerCorrectsWhatIsStoredVerbatim() throws IOException {
      base.put("usr", Node.directory(0700, 7, 7));
      InstalledRoot installed = install(TOOL);
      PackedLayer verbatim = new PackedLayer.Verbatim(installed.placed().get(0));

      List<StagedLayer> layers = writer.write(List.of(verbatim, merged(true)), installed);

      assertThat(layers).hasSize(2);
      assertThat(UnpackedLayer.lines(cache, layers.get(1))).containsExactly("usr 700 7:7");
      assertThat(writer.write(List.of(verbatim, merged(false)), installed)).hasSize(1);
    }

    private InstalledRoot install(AnApk... packages) throws IOException {
      Installation installation = new Installation(root(), InstalledDatabase.empty(), Set.of());
      for (AnApk each : packages) {
        cache.blobs().put(MediaType.LAYER_GZIP, each.data());
        installation.install(AFetchedPackage.of(each), Map.of());
      }
      return installation.finish();
    }

    private static PackedLayer merged(boolean corrects, InstalledRoot installed) {
      return merged(corrects, installed.placed().toArray(PlacedPackage[]::new));
    }

    private static PackedLayer merged(boolean corrects, PlacedPackage... packages) {
      List<PackedLayer.Merged.Content> contents = new ArrayList<>();
      for (PlacedPackage each : packages) {
        contents.add(new PackedLayer.Merged.Content(each, new Reason.TooMany(1)));
      }
      return new PackedLayer.Merged(contents, corrects);
    }
  }

  @Nested
  class OfNpmPackages {

    private final SmallNpmTree npm = new SmallNpmTree();

    @Test
    void eachGroupIsALayerBelowItsDirectories() throws Exception {
      base.put("usr", Node.directory(0711, 0, 0));
      base.put("usr/local", Node.directory(0755, 5, 6));

      List<StagedLayer> layers = written(npm.global());

      assertThat(layers)
          .extracting(StagedLayer::createdBy)
          .containsExactly("npm one@1.0.0", "npm two@1.0.0");
      assertThat(UnpackedLayer.lines(cache, layers.get(1)))
          .startsWith("usr 711 0:0", "usr/local 755 5:6", "usr/local/lib 755 0:0")
          .contains("usr/local/lib/node_modules/two/package.json 644 0:0")
          .noneMatch(line -> line.contains("one"));
    }

    @Test
    void aDirectoryThatTheImageLacksIsRoots() throws Exception {
      assertThat(UnpackedLayer.lines(cache, written(npm.at("/opt/app")).get(0)))
          .startsWith("opt 755 0:0", "opt/app 755 0:0");
    }

    @Test
    void nothingIsReadBeforeATaskRuns() {
      assertThat(writer.npm(root(), npm.global(), npm.tarballs())).hasSize(2);
      assertThat(npm.opened()).isZero();
    }

    @Test
    void theSameInputsHaveTheSameRecipe() {
      assertThat(recipes(npm.global())).containsExactlyElementsOf(recipes(npm.global()));
    }

    @Test
    void everyInputIsPartOfTheRecipe() {
      List<Digest> all = new ArrayList<>(recipes(npm.global()));
      all.addAll(recipes(npm.at("/opt/app")));
      all.addAll(recipes(npm.at("/opt/other")));
      for (Node each :
          List.of(
              Node.directory(0700, 0, 0), Node.directory(0755, 1, 0), Node.directory(0755, 0, 1))) {
        base.put("opt", each);
        all.addAll(recipes(npm.at("/opt/app")));
      }

      assertThat(all).hasSize(2 + 3 * 5).doesNotHaveDuplicates();
    }

    /** The project's own file is in the last group only. */
    @Test
    void onlyTheProjectsOwnLayerDependsOnItsFiles() {
      List<Digest> one = recipes(npm.named("p", "/opt/app"));
      List<Digest> other = recipes(npm.named("q", "/opt/app"));

      assertThat(other.subList(0, 2)).isEqualTo(one.subList(0, 2));
      assertThat(other.get(2)).isNotEqualTo(one.get(2));
    }

    private List<Digest> recipes(NpmTree tree) {
      return List.copyOf(writer.npm(root(), tree, npm.tarballs()).keySet());
    }

    private List<StagedLayer> written(NpmTree tree) throws Exception {
      List<StagedLayer> layers = new ArrayList<>();
      for (Callable<StagedLayer> each : writer.npm(root(), tree, npm.tarballs()).values()) {
        layers.add(each.call());
      }
      return layers;
    }
  }

  private Root root() {
    Root.Builder root = Root.builder();
    base.forEach(root::put);
    return root.build();
  }
}
