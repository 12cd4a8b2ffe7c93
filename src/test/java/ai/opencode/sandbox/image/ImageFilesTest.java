package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.rootfs.Node;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The files of an image's definition, and the file system that has them. */
class ImageFilesTest {

  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");

  private static final World WORLD = World.parse("tool other");

  private final AStagedRoot root = new AStagedRoot();

  @Test
  void theUserIsInAllFourFiles() throws Exception {
    ImageFiles files = ImageFiles.of(IMAGE, OwnSources.none(), root.layered(), WORLD);

    assertThat(text(files, "etc/passwd")).endsWith("opencode:/bin/bash\n").startsWith("root:");
    assertThat(text(files, "etc/group")).endsWith("\nopencode:x:1000:\n").startsWith("root:");
    assertThat(text(files, "etc/shadow")).endsWith("7:::\n").startsWith("root:");
    assertThat(text(files, "etc/shells")).isEqualTo("/bin/sh\n/bin/bash\n");
  }

  @Test
  void onlyRootReadsPasswordsOfABaseWithoutThem() throws Exception {
    for (String each : new String[] {"passwd", "group", "shadow", "shells"}) {
      root.without("etc/" + each);
    }
    ImageFiles files = ImageFiles.of(IMAGE, OwnSources.none(), root.layered(), WORLD);

    assertThat(entry(files, "etc/passwd").mode()).isEqualTo(0644);
    assertThat(entry(files, "etc/group").mode()).isEqualTo(0644);
    assertThat(entry(files, "etc/shadow").mode()).isEqualTo(0640);
    assertThat(entry(files, "etc/shells").mode()).isEqualTo(0644);
  }

  @Test
  void aDisplacedUserIsInNoneOfThem() throws Exception {
    root.withFile("etc/passwd", "node:x:1000:999:::\n").withFile("etc/group", "w:x:9:node\n");
    root.withFile("etc/shadow", "node:!:::::::\n");
    ImageFiles files = ImageFiles.of(IMAGE, OwnSources.none(), root.layered(), WORLD);

    assertThat(text(files, "etc/passwd")).doesNotContain("node");
    assertThat(text(files, "etc/group")).doesNotContain("node");
    assertThat(text(files, "etc/shadow")).doesNotContain("node");
  }

  @Test
  void directoriesAndFilesOfTheDefinition() throws Exception {
    ImageDefinition image =
        IMAGE
            .withDirectory(new OwnedDirectory("/data/cache", 0770, 1000, 7))
            .withFile(new StaticFile("/etc/motd", 0604, "schön\n"));
    ImageFiles files = ImageFiles.of(image, OwnSources.none(), root.layered(), WORLD);

    assertThat(entry(files, "data/cache")).isEqualTo(Node.directory(0770, 1000, 7));
    assertThat(entry(files, "etc/motd"))
        .usingRecursiveComparison()
        .isEqualTo(Node.file(new Access(0604, 0, 0), "schön\n".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void theRequestedPackages() throws Exception {
    assertThat(
            text(ImageFiles.of(IMAGE, OwnSources.none(), root.layered(), WORLD), "etc/apk/world"))
        .isEqualTo("other\ntool\n");
  }

  @Test
  void theViewHasThemOnTopOfThePackages() throws Exception {
    ImageDefinition image = IMAGE.withDirectory(new OwnedDirectory("/work", 0770, 1000, 7));
    ImageFiles files = ImageFiles.of(image, OwnSources.none(), root.layered(), WORLD);

    assertThat(files.view().get("work")).isEqualTo(Node.directory(0770, 1000, 7));
    assertThat(files.view().text("etc/passwd")).contains(text(files, "etc/passwd"));
    assertThat(files.view().text("bin/busybox")).contains("#!busybox");
    assertThat(files.entries()).doesNotContainKey("bin/busybox");
    assertThat(root.layered().view().get("work")).isNull();
  }

  private static String text(ImageFiles files, String path) {
    return new String(Objects.requireNonNull(entry(files, path).content()), StandardCharsets.UTF_8);
  }

  private static Node entry(ImageFiles files, String path) {
    return Objects.requireNonNull(files.entries().get(path), path).node();
  }
}
