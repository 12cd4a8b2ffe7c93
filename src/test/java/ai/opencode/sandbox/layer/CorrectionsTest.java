package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.APlacedEntry;
import ai.opencode.sandbox.install.PlacedEntry;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Differences between verbatim layers and the finished root, and the layer that has them. */
class CorrectionsTest {

  @TempDir private Path folder;
  private final Root.Builder root = Root.builder();

  @Test
  void areDirectoriesWithOtherAttributes() throws IOException {
    root.put("mode", Node.directory(0700, 0, 0));
    root.put("user", Node.directory(0755, 1, 0));
    root.put("group", Node.directory(0755, 0, 1));
    root.put("same", Node.directory(0755, 0, 0));

    assertThat(of("mode", "user", "group", "same", "missing").directories())
        .containsExactlyInAnyOrder("mode", "user", "group");
  }

  @Test
  void areNotFilesAndEntriesLeftOut() throws IOException {
    root.put("d", Node.directory(0755, 0, 0));
    root.put("d/f", Node.file(new Access(0600, 7, 7), new byte[0]));
    FetchedPackage apk = AFetchedPackage.of(AnApk.named("tool").withFile("d/f", 0644, ""));

    assertThat(
            Corrections.of(root.build(), List.of(placed(apk, null, "d/f")), Set.of()).directories())
        .isEmpty();
  }

  @Test
  void areDeletionsInTheLayersBelow() throws IOException {
    assertThat(Corrections.of(root.build(), List.of(), Set.of("a")).deleted()).containsExactly("a");
    assertThat(Corrections.NONE.deleted()).isEmpty();
    assertThat(Corrections.NONE.directories()).isEmpty();
  }

  @Test
  void areWrittenWithTheParentsOfEach() throws IOException {
    root.put("a", Node.directory(0711, 1, 2));
    root.put("a/b", Node.directory(0700, 3, 4));
    root.put("c", Node.directory(0755, 0, 0));
    root.put("c/back", Node.directory(0755, 0, 0));

    MergedLayer layer = layer(Set.of("a/b"), Set.of("c/x", "c/gone/deep", "top", "c/back"));

    assertThat(written(layer))
        .containsExactly("a 711 1:2", "a/b 700 3:4", "c 755 0:0", "c/.wh.x", ".wh.top");
    assertThat(layer.isEmpty()).isFalse();
  }

  @Test
  void areNoLayerIfThereAreNone() throws IOException {
    assertThat(layer(Set.of(), Set.of()).isEmpty()).isTrue();
    assertThat(layer(Set.of(), Set.of("gone/deep")).isEmpty()).isTrue();
    assertThat(layer(Set.of(), Set.of("top")).isEmpty()).isFalse();
  }

  @Test
  void areEachPartOfTheLayersRecipe() throws IOException {
    root.put("a", Node.directory(0711, 1, 2));
    List<Object> keys = new ArrayList<>();
    keys.add(layer(Set.of(), Set.of()).recipe().digest());
    keys.add(layer(Set.of("a"), Set.of()).recipe().digest());
    keys.add(layer(Set.of("a"), Set.of("a/x")).recipe().digest());
    keys.add(layer(Set.of("a"), Set.of("a/y")).recipe().digest());
    for (Node each :
        List.of(
            Node.directory(0700, 1, 2), Node.directory(0711, 0, 2), Node.directory(0711, 1, 0))) {
      root.put("a", each);
      keys.add(layer(Set.of("a"), Set.of()).recipe().digest());
    }

    assertThat(keys).doesNotHaveDuplicates();
  }

  private Corrections of(String... directories) throws IOException {
    AnApk apk = AnApk.named("tool");
    for (String each : directories) {
      apk = apk.withDirectory(each, 0755);
    }
    return Corrections.of(
        root.build(), List.of(placed(AFetchedPackage.of(apk), directories)), Set.of());
  }

  private static PlacedPackage placed(FetchedPackage apk, @Nullable String... paths) {
    List<PlacedEntry> entries = new ArrayList<>();
    for (int i = 0; i < paths.length; i++) {
      entries.add(APlacedEntry.at(paths[i], apk.entries().get(i)));
    }
    return new PlacedPackage(apk, entries, List.of());
  }

  private MergedLayer layer(Set<String> directories, Set<String> deleted) {
    Root.Builder copy = Root.builder();
    for (String each : List.of("a", "a/b", "c", "c/back")) {
      Node node = root.get(each);
      if (node != null) {
        copy.put(each, node);
      }
    }
    return new MergedLayer(
        copy.build(),
        List.of(),
        new Corrections(directories, deleted),
        new Cache(folder.resolve("cache")).blobs());
  }

  private static List<String> written(MergedLayer layer) throws IOException {
    List<String> lines = new ArrayList<>();
    for (TarEntry each : WrittenEntries.of(layer::writeTo)) {
      lines.add(
          each instanceof TarEntry.Directory
              ? each.path()
                  + " "
                  + Integer.toOctalString(each.attributes().mode())
                  + " "
                  + each.attributes().uid()
                  + ":"
                  + each.attributes().gid()
              : each.path());
    }
    return lines;
  }
}
