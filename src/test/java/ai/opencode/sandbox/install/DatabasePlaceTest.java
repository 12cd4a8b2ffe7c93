package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.BuiltRoot;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.report.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** apk's database stays at the path that it has in the base. */
class DatabasePlaceTest {

  private static final AnApk TOOL =
      AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool").triggers("/usr/bin");

  @TempDir private Path directory;

  @Test
  void inLib() throws Exception {
    BuiltRoot root = build("mkdir -p lib/apk/db && touch lib/apk/db/installed");

    assertThat(root.text("lib/apk/db/installed")).contains("P:tool");
    assertThat(root.has("usr/lib/apk/db/installed")).isFalse();
  }

  @Test
  void inUsrLibWithTheFilesThatTheBaseDoesNotHave() throws Exception {
    BuiltRoot root = build("mkdir -p lib usr/lib/apk/db && touch usr/lib/apk/db/installed");

    assertThat(root.text("usr/lib/apk/db/installed")).contains("P:tool");
    assertThat(root.text("usr/lib/apk/db/triggers")).endsWith("= /usr/bin\n");
    assertThat(root.has("usr/lib/apk/db/scripts.tar")).isTrue();
    assertThat(root.has("lib/apk/db/triggers")).isFalse();
  }

  @Test
  void inUsrLibThatIsAlsoLib() throws Exception {
    BuiltRoot root =
        build("mkdir -p usr/lib/apk/db && ln -s usr/lib lib && touch lib/apk/db/installed");

    assertThat(root.text("usr/lib/apk/db/installed")).contains("P:tool");
    assertThat(root.has("lib/apk/db/installed")).isFalse();
  }

  @Test
  void aBaseWithoutIsRefused() {
    assertThatThrownBy(() -> build("mkdir lib"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("no package database, neither lib/apk/db/installed");
  }

  @Test
  void aBaseWithTwoIsRefused() {
    assertThatThrownBy(
            () ->
                build(
                    "mkdir -p lib/apk/db usr/lib/apk/db"
                        + " && touch lib/apk/db/installed usr/lib/apk/db/installed"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("two package databases, in lib/apk/db and usr/lib/apk/db");
  }

  private BuiltRoot build(String base) throws Exception {
    Path root = Files.createDirectories(directory.resolve("root"));
    Path archive = directory.resolve("base.tar.gz");
    String script = "cd $0 && mkdir -p etc/apk && " + base + " && tar -czf $1 .";
    assertThat(
            new ProcessBuilder("sh", "-ec", script, root.toString(), archive.toString())
                .start()
                .waitFor())
        .isZero();
    try (ASmallUpstream upstream = ASmallUpstream.over(archive, directory.resolve("up"), TOOL)) {
      BuiltImage image =
          new SandboxBuilder(upstream.settings(), Progress.silent())
              .build(List.of(ASmallUpstream.image("tool")))
              .get(0);
      return BuiltRoot.of(image.platforms().get(0).blobs(), new BlobStore(upstream.cache()));
    }
  }
}
