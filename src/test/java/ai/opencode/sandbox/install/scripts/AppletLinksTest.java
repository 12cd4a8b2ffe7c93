package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.AWarningList;
import ai.opencode.sandbox.BuiltRoot;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links to busybox's commands, made without running its scripts. */
class AppletLinksTest {

  private static final AnApk BUSYBOX =
      AnApk.named("busybox")
          .withFile("bin/busybox", 0755, "busybox")
          .withFile(
              "etc/busybox-paths.d/busybox",
              0644,
              "bin/ls\nsbin/depmod\nusr/bin/wget\nopt/none/of\n")
          .script("post-install", "#!/bin/busybox sh\n/bin/busybox --install -s\n")
          .script("trigger", "#!/bin/sh\n/bin/busybox --install -s\n")
          .triggers("/bin /usr/bin /sbin /usr/sbin /lib/modules/*");

  private static final AnApk WGET = AnApk.named("wget").withFile("usr/bin/wget", 0755, "real");

  private static final AnApk OTHER = AnApk.named("other").withFile("usr/bin/other", 0755, "other");

  @TempDir private Path directory;

  @Test
  void linksEveryCommandWhosePathIsFreeAndWhoseDirectoryExists() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, BUSYBOX)) {
      BuiltRoot root = root(upstream, ASmallUpstream.image("busybox"));

      assertThat(target(root, "bin/ls")).isEqualTo("/bin/busybox");
      assertThat(target(root, "usr/bin/wget")).isEqualTo("/bin/busybox");
      assertThat(root.entry("usr/sbin")).isInstanceOf(TarEntry.Directory.class);
      assertThat(root.has("opt/none/of")).isFalse();
    }
  }

  @Test
  void aLinkNeverTakesAProgramsPlace() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, BUSYBOX, WGET)) {
      BuiltRoot root = root(upstream, ASmallUpstream.image("busybox", "wget"));

      assertThat(root.text("usr/bin/wget")).isEqualTo("real");
      assertThat(root.entry("usr/bin/wget")).isInstanceOf(TarEntry.File.class);
      assertThat(target(root, "bin/ls")).isEqualTo("/bin/busybox");
    }
  }

  @Test
  void aProgramTakesALinksPlace() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, BUSYBOX, WGET)) {
      ImageDefinition parent = ASmallUpstream.image("busybox");
      BuiltRoot root = root(upstream, parent, child(parent).withPackages("wget"));

      assertThat(root.entry("usr/bin/wget")).isInstanceOf(TarEntry.File.class);
    }
  }

  @Test
  void aPlaceThatBecomesFreeIsLinkedAgain() throws Exception {
    AnApk newer = AnApk.named("wget").version("2.0-r0").withFile("usr/bin/wget2", 0755, "newer");
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, BUSYBOX, WGET, newer)) {
      ImageDefinition parent = ASmallUpstream.image("busybox", "wget<2");
      BuiltRoot root = root(upstream, parent, child(parent).withPackages("wget>=2"));

      assertThat(target(root, "usr/bin/wget")).isEqualTo("/bin/busybox");
    }
  }

  @Test
  void noLayerIsMadeWhereEveryLinkIsThere() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, BUSYBOX, OTHER)) {
      ImageDefinition parent = ASmallUpstream.image("busybox");
      List<BuiltImage> images = build(upstream, parent, child(parent).withPackages("other"));

      int below = images.get(0).platforms().get(0).blobs().size();
      // The package's layer, and Jib's with the database.
      assertThat(images.get(1).platforms().get(0).blobs()).hasSize(below + 2);
    }
  }

  @Test
  void reportsABusyboxWithoutAListOfItsCommands() throws Exception {
    AnApk old = AnApk.named("busybox").withFile("bin/busybox", 0755, "busybox");
    try (ASmallUpstream upstream =
        ASmallUpstream.ofSigned(
            directory, old.script("post-install", "/bin/busybox --install -s\n"))) {
      AWarningList warnings = new AWarningList();
      new SandboxBuilder(upstream.settings(), warnings)
          .build(List.of(ASmallUpstream.image("busybox")));

      assertThat(warnings.sentences())
          .singleElement()
          .asString()
          .contains("busybox-1.0-r0 would run `/bin/busybox --install -s`")
          .contains("/etc/busybox-paths.d/busybox, is missing");
    }
  }

  @Test
  void reportsThatKernelModulesAreNotIndexed() throws Exception {
    AnApk kernel = AnApk.named("linux").withFile("lib/modules/6.6.0/fuse.ko", 0644, "module");
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, BUSYBOX, kernel)) {
      AWarningList warnings = new AWarningList();
      ImageDefinition parent = ASmallUpstream.image("busybox");
      new SandboxBuilder(upstream.settings(), warnings)
          .build(List.of(parent, child(parent).withPackages("linux")));

      // The trigger's text is made up, too, and both are in the sentence about busybox.
      assertThat(warnings.sentences())
          .filteredOn(each -> each.contains("depmod"))
          .singleElement()
          .asString()
          .contains("busybox-1.0-r0 would run trigger", "trigger: `/bin/busybox depmod 6.6.0`");
    }
  }

  private static ImageDefinition child(ImageDefinition parent) {
    return ImageDefinition.from(parent, "child");
  }

  private static String target(BuiltRoot root, String path) {
    return root.entry(path) instanceof TarEntry.SymbolicLink link ? link.target() : "no link";
  }

  /** Returns the root of the last of some images. */
  private static BuiltRoot root(ASmallUpstream upstream, ImageDefinition... definitions)
      throws Exception {
    List<BuiltImage> images = build(upstream, definitions);
    return BuiltRoot.of(
        images.get(images.size() - 1).platforms().get(0).blobs(), new BlobStore(upstream.cache()));
  }

  private static List<BuiltImage> build(ASmallUpstream upstream, ImageDefinition... definitions)
      throws Exception {
    AWarningList warnings = new AWarningList();
    List<BuiltImage> images =
        new SandboxBuilder(upstream.settings(), warnings).build(List.of(definitions));
    assertThat(unexpected(warnings)).isEmpty();
    return images;
  }

  /** Returns what is said beyond that the texts of these scripts are made up. */
  private static List<String> unexpected(AWarningList warnings) {
    return warnings.sentences().stream()
        .filter(each -> !each.contains("with a text that is not known"))
        .toList();
  }
}
