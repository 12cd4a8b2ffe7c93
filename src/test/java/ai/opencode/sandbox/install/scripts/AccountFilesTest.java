package ai.opencode.sandbox.install.scripts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.AWarningList;
import ai.opencode.sandbox.BuiltRoot;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of scripts to files that each image has as its own, above all layers. */
class AccountFilesTest {

  @TempDir private Path directory;

  @Test
  void aChildHasTheNewGroupOfAFileWhoseTextIsItsParents() throws Exception {
    AnApk first = baselayout("1.0-r0", "pre-install");
    AnApk second = baselayout("2.0-r0", "post-upgrade");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, first, second)) {
      ImageDefinition parent = ASmallUpstream.image("alpine-baselayout<2");
      ImageDefinition child =
          ImageDefinition.from(parent, "child").withPackages("alpine-baselayout>=2");
      List<BuiltImage> images =
          new SandboxBuilder(upstream.settings(), new AWarningList()).build(List.of(parent, child));

      assertThat(root(upstream, images.get(0)).entry("etc/shadow").attributes().gid()).isZero();
      BuiltRoot changed = root(upstream, images.get(1));
      assertThat(changed.text("etc/shadow"))
          .isEqualTo(root(upstream, images.get(0)).text("etc/shadow"));
      assertThat(changed.entry("etc/shadow").attributes().gid()).isEqualTo(42);
      assertThat(changed.timesWritten("etc/shadow")).isEqualTo(3);
      assertThat(changed.timesWritten("etc/passwd")).isEqualTo(2);
    }
  }

  @Test
  void areNoPartOfTheScriptsLayer() {
    Root.Builder root = rootWith("etc/shadow");
    ScriptEffects effects = new ScriptEffects(root);

    effects.changeText("etc/shadow", "b\n");
    effects.changeGroup("etc/shadow", 42);

    assertThat(effects.isEmpty()).isTrue();
    assertThat(effects.authors()).isEmpty();
    assertThat(effects.report().changedFiles()).containsExactly("etc/shadow");
    assertThat(root.text("etc/shadow")).hasValue("b\n");
    assertThat(Objects.requireNonNull(root.get("etc/shadow")).gid()).isEqualTo(42);
  }

  @Test
  void areNoneWhereTextAndGroupRemain() {
    ScriptEffects effects = new ScriptEffects(rootWith("etc/shadow"));

    effects.changeText("etc/shadow", "a\n");
    effects.changeGroup("etc/shadow", 0);
    effects.changeText("etc/group", "never there\n");

    assertThat(effects.report().changedFiles()).isEmpty();
  }

  @Test
  void changeTheFileThatALinkNames() {
    Root.Builder root = rootWith("usr/lib/shadow");
    root.put("etc/shadow", Node.link("../usr/lib/shadow"));
    ScriptEffects effects = new ScriptEffects(root);

    effects.changeGroup("etc/shadow", 42);

    assertThat(effects.report().changedFiles()).containsExactly("usr/lib/shadow");
    assertThat(Objects.requireNonNull(root.get("etc/shadow")).type()).isEqualTo(Node.Type.LINK);
  }

  private static AnApk baselayout(String version, String kind) {
    return AnApk.named("alpine-baselayout").version(version).script(kind, "#!/bin/sh\n");
  }

  private static Root.Builder rootWith(String path) {
    Root.Builder root = Root.builder();
    root.put(path, Node.file(new Access(0640, 0, 0), "a\n".getBytes(UTF_8)));
    return root;
  }

  private static BuiltRoot root(ASmallUpstream upstream, BuiltImage image) throws Exception {
    return BuiltRoot.of(image.platforms().get(0).blobs(), new BlobStore(upstream.cache()));
  }
}
