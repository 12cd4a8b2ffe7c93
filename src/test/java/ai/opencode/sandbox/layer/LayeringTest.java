package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.layer.StagedLayer.Obtained;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.report.AProgress;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages installed on a file system, and the layers of them. */
class LayeringTest {

  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool");
  private static final AnApk OTHER = AnApk.named("other").withFile("usr/bin/other", 0755, "it");

  @TempDir private Path folder;
  private Cache cache;
  private Layering layering;
  private final SmallNpmTree npm = new SmallNpmTree();

  @BeforeEach
  void open() {
    cache = new Cache(folder.resolve("cache"));
    layering = new Layering(cache, Progress.silent());
  }

  @AfterEach
  void close() {
    layering.close();
  }

  @Test
  void installsInTheirOrderAndPacks() throws IOException {
    LayeredRoot layered = layering.add(empty(), transaction(List.of(TOOL, OTHER)), Map.of());

    assertThat(layered.added())
        .extracting(each -> each.pkg().name())
        .containsExactly("tool", "other");
    assertThat(layered.view().get("usr/bin/other")).isNotNull();
    assertThat(layered.layers()).hasSize(1);
    assertThat(UnpackedLayer.lines(cache, layered.layers().get(0)))
        .contains("usr/bin/tool 755 0:0", "usr/bin/other 755 0:0");
    assertThat(layered.scripts().notReproduced()).isEmpty();
  }

  @Test
  void tellsTheImageHowManyPackagesAreMerged() throws IOException {
    byte[] noise = new byte[2_500_000];
    new Random(1).nextBytes(noise);
    AnApk big = AnApk.named("big").withFile("usr/noise", Attributes.of(0644), noise);
    List<String> told = new ArrayList<>();
    Progress ofImage =
        new AProgress() {
          @Override
          public void step(String stage, String detail) {
            told.add(stage + ": " + detail);
          }
        };

    layering.add(empty(), transaction(List.of(big, TOOL, OTHER)), Map.of(), ofImage);

    assertThat(told).containsExactly("layer: merging 2 packages");
  }

  @Test
  void removesPackages() throws IOException {
    Root.Builder below = empty().toBuilder();
    below.put("usr", Node.directory(0755, 0, 0));
    below.put("usr/x", Node.file(Access.ofRoot(0644), new byte[0]));
    InstalledPackage gone =
        new InstalledPackage(
            AnApk.named("gone").toPackage(),
            List.of(
                new InstalledPackage.Directory(
                    "usr", null, List.of(new InstalledPackage.File("x", null, null)))));

    LayeredRoot layered =
        layering.add(
            below.build(),
            new Transaction(
                DatabaseState.of(new InstalledDatabase(List.of(gone))),
                List.of(),
                Set.of(new PackageId("gone"))),
            Map.of());

    assertThat(layered.view().get("usr/x")).isNull();
    assertThat(layered.installed().whiteouts()).contains("usr/x");
    assertThat(layered.database().installed().packages()).isEmpty();
  }

  @Test
  void refusesTwoPackagesWithOneFile() {
    AnApk same = AnApk.named("same").withFile("usr/bin/tool", 0755, "other");

    assertThatThrownBy(() -> layering.add(empty(), transaction(List.of(TOOL, same)), Map.of()))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("trying to overwrite /usr/bin/tool");
  }

  @Test
  void reportsScriptsThatItDoesNotReproduce() throws IOException {
    AnApk scripted = TOOL.script("post-install", "#!/bin/sh\nrm -rf /var\n");

    assertThat(
            layering
                .add(empty(), transaction(List.of(scripted)), Map.of())
                .scripts()
                .notReproduced())
        .hasSize(1);
  }

  @Test
  void npmLayersAreInTheOrderOfTheirGroups() throws IOException {
    List<StagedLayer> layers = layering.npm(empty(), npm.global(), npm.tarballs());

    assertThat(layers)
        .extracting(StagedLayer::createdBy)
        .containsExactly("npm one@1.0.0", "npm two@1.0.0");
    assertThat(layers).extracting(StagedLayer::obtained).containsOnly(Obtained.MADE);
  }

  @Test
  void npmLayersThatWereBegunAreMadeOnce() throws Exception {
    layering.beginNpm(empty(), npm.global(), npm.tarballs());
    assertThat(npm.awaitBoth()).isTrue();

    List<StagedLayer> layers = layering.npm(empty(), npm.global(), npm.tarballs());

    assertThat(layers).extracting(StagedLayer::obtained).containsOnly(Obtained.MADE);
    assertThat(npm.opened()).isEqualTo(2);
  }

  @Test
  void npmLayersAreMadeAgainIfTheirDirectoriesChanged() throws IOException {
    layering.beginNpm(empty(), npm.global(), npm.tarballs());
    Root.Builder changed = empty().toBuilder();
    changed.put("usr", Node.directory(0700, 0, 0));

    List<StagedLayer> layers = layering.npm(changed.build(), npm.global(), npm.tarballs());

    assertThat(UnpackedLayer.lines(cache, layers.get(0))).startsWith("usr 700 0:0");
  }

  private Transaction transaction(List<AnApk> packages) throws IOException {
    List<FetchedPackage> fetched = new ArrayList<>();
    for (AnApk each : packages) {
      fetched.add(fetched(each));
    }
    return new Transaction(DatabaseState.empty(), fetched, Set.of());
  }

  private FetchedPackage fetched(AnApk apk) throws IOException {
    cache.blobs().put(MediaType.LAYER_GZIP, apk.data());
    return AFetchedPackage.of(apk);
  }

  private static Root empty() {
    return Root.builder().build();
  }
}
