package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.BuiltRoot;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The file that an image gets if several packages contain it or the base has another one. {@link
 * FileRulesIT} compares the same rules with the real apk.
 */
class FilePlacementTest {

  private static final AnApk FIRST = AnApk.named("aaa").withFile("usr/bin/x", 0755, "first");
  private static final AnApk SECOND =
      AnApk.named("bbb").depends("aaa").withFile("usr/bin/x", 0700, "second");

  @TempDir private Path directory;

  @Test
  void packagesOfOneOriginTakeFilesFromEachOther() throws IOException {
    BuiltRoot root = root(FIRST.origin("same"), SECOND.origin("same"));

    assertThat(root.text("usr/bin/x")).isEqualTo("second");
    assertThat(root.entry("usr/bin/x").attributes().mode()).isEqualTo(0700);
    assertThat(root.timesWritten("usr/bin/x")).isEqualTo(1);
  }

  @Test
  void packagesOfDifferentOriginsDoNot() {
    refused(FIRST.origin("one"), SECOND.origin("other"));
  }

  @Test
  void replacingAnotherVersionDoesNotCount() {
    refused(FIRST, SECOND.replaces("aaa<1.0-r0"));
  }

  @Test
  void theHigherPriorityKeepsTheFile() throws IOException {
    AnApk keeper = FIRST.replaces("bbb").info("replaces_priority", "2");

    BuiltRoot root = root(keeper, SECOND.replaces("aaa").info("replaces_priority", "1"));

    assertThat(root.text("usr/bin/x")).isEqualTo("first");
    assertThat(root.text("lib/apk/db/installed").split("R:x\n", -1)).hasSize(2);
  }

  @Test
  void ofEqualPrioritiesTheLaterPackageGetsTheFile() throws IOException {
    AnApk first = FIRST.replaces("bbb").info("replaces_priority", "1");

    assertThat(root(first, SECOND.replaces("aaa").info("replaces_priority", "1")).text("usr/bin/x"))
        .isEqualTo("second");
  }

  @Test
  void onlyTheOwnersReplacementKeepsTheFile() throws IOException {
    assertThat(root(FIRST.replaces("bbb"), SECOND).text("usr/bin/x")).isEqualTo("first");
  }

  @Test
  void anEqualFileOfTheBaseBelowEtcIsKeptWithoutACopy() throws IOException {
    BuiltRoot root = root(AnApk.named("group").withFile("etc/shadow", 0640, "root:*::0:::::\n"));

    assertThat(root.has("etc/shadow.apk-new")).isFalse();
  }

  @Test
  void aFileOfTheBaseElsewhereIsReplaced() throws IOException {
    BuiltRoot root = root(AnApk.named("box").withFile("bin/busybox", 0755, "new"));

    assertThat(root.text("bin/busybox")).isEqualTo("new");
    assertThat(root.has("bin/busybox.apk-new")).isFalse();
  }

  @Test
  void aFileThatApkLeavesOutIsInNoLayer() throws IOException {
    AnApk hidden =
        AnApk.named("hidden")
            .withFile(".hidden", 0644, "x")
            .withFile("var/empty/.keep_dir", 0644, "")
            .withFile("var/real", 0644, "real");

    BuiltRoot root = root(hidden);

    assertThat(root.has(".hidden")).isFalse();
    assertThat(root.has("var/empty/.keep_dir")).isFalse();
    assertThat(root.entry("var/empty")).isInstanceOf(TarEntry.Directory.class);
    assertThat(root.text("var/real")).isEqualTo("real");
  }

  @Test
  void aPackageOfSizeZeroIsNotUnpacked() throws IOException {
    BuiltRoot root = root(AnApk.named("none").withFile("usr/none", 0644, "none").info("size", "0"));

    assertThat(root.has("usr/none")).isFalse();
    assertThat(root.text("lib/apk/db/installed")).contains("P:none\n").doesNotContain("R:none");
  }

  @Test
  void aHardLinksSpecialBitsCountForBothNames() throws IOException {
    AnApk linked =
        AnApk.named("linked")
            .withFile("usr/bin/one", 0755, "one")
            .withEntry(new TarEntry.HardLink("usr/bin/two", Attributes.of(04711), "usr/bin/one"));

    assertThat(root(linked).entry("usr/bin/one").attributes().mode()).isEqualTo(04711);
  }

  @Test
  void aHardLinkWithoutSpecialBitsTakesThemFromItsTarget() throws IOException {
    AnApk linked =
        AnApk.named("linked")
            .withFile("usr/bin/one", 06755, "one")
            .withEntry(new TarEntry.HardLink("usr/bin/two", Attributes.of(0711), "usr/bin/one"));

    assertThat(root(linked).entry("usr/bin/one").attributes().mode()).isEqualTo(0755);
  }

  @Test
  void aDirectoryOfTwoPackagesHasTheModesThatBothGrant() throws IOException {
    BuiltRoot root =
        root(
            FIRST.withDirectory("var/shared", 0775),
            AnApk.named("bbb").withDirectory("var/shared", 0757).withFile("var/b", 0644, "b"));

    assertThat(root.entry("var/shared").attributes().mode()).isEqualTo(0755);
  }

  @Test
  void aDirectoryOfTwoOwnersBelongsToTheLowerUid() throws IOException {
    Attributes user = Attributes.of(0700).withOwner(500, 500).withNames("", "");
    BuiltRoot root =
        root(
            FIRST.withDirectory("var/shared", user),
            AnApk.named("bbb").withDirectory("var/shared", 0750).withFile("var/b", 0644, "b"));

    assertThat(root.entry("var/shared").attributes().uid()).isZero();
    assertThat(root.entry("var/shared").attributes().mode()).isEqualTo(0750);
  }

  @Test
  void aNewVersionRemovesFilesThatItNoLongerContains() throws IOException {
    AnApk old =
        AnApk.named("tool").withFile("usr/lib/gone/old", 0644, "old").withFile("bin/t", 0755, "1");
    AnApk newer = AnApk.named("tool").version("2.0-r0").withFile("bin/t", 0755, "2");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, old, newer)) {
      ImageDefinition parent = ASmallUpstream.image("tool<2");
      ImageDefinition child = ImageDefinition.from(parent, "child").withPackages("tool>=2");
      List<BuiltImage> images =
          new SandboxBuilder(upstream.settings(), Progress.silent()).build(List.of(parent, child));
      BuiltRoot root =
          BuiltRoot.of(images.get(1).platforms().get(0).blobs(), new BlobStore(upstream.cache()));

      assertThat(root.text("bin/t")).isEqualTo("2");
      assertThat(root.has("usr/lib/gone/old")).isFalse();
      assertThat(root.has("usr/lib/gone")).isFalse();
    }
  }

  private void refused(AnApk... packages) {
    assertThatThrownBy(() -> root(packages))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("trying to overwrite /usr/bin/x, which aaa-1.0-r0 owns");
  }

  private BuiltRoot root(AnApk... packages) throws IOException {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, packages)) {
      String[] names = List.of(packages).stream().map(AnApk::name).toArray(String[]::new);
      BuiltImage image =
          new SandboxBuilder(upstream.settings(), Progress.silent())
              .build(List.of(ASmallUpstream.image(names)))
              .get(0);
      return BuiltRoot.of(image.platforms().get(0).blobs(), new BlobStore(upstream.cache()));
    }
  }
}
