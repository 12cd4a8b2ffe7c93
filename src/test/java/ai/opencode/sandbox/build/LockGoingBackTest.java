package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockDifference;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An older repository, validly signed, does not take a lock back. */
class LockGoingBackTest {

  private static final AnApk TOOL =
      AnApk.named("tool").version("2.0-r0").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk OTHER =
      AnApk.named("other").version("5-r0").withFile("usr/bin/other", 0755, "#!other");
  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");
  private static final ImageDefinition BOTH = ASmallUpstream.image("tool", "other");

  @TempDir private Path folder;
  private ASmallUpstream upstream;
  private String before;

  @BeforeEach
  void lock() throws Exception {
    upstream = ASmallUpstream.in(folder.resolve("upstream"), TOOL, OTHER);
    build(settings(), IMAGE);
    before = Files.readString(lockFile());
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
  }

  @Test
  void aBuildThatResolvesAnewDoesNotWriteAnOlderVersion() throws Exception {
    offer(TOOL.version("1.0-r0"), OTHER);

    assertThatThrownBy(() -> build(settings(), BOTH))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("DOWNGRADE of tool (2.0-r0 → 1.0-r0)")
        .hasMessageContaining("--allow-downgrade");
    assertThat(lockFile()).hasContent(before);

    build(settings().withAllowDowngrade(true), BOTH);
    assertThat(Files.readString(lockFile())).contains("\"1.0-r0\"");
  }

  @Test
  void aBuildDoesNotWriteOtherContentUnderTheSameVersion() throws Exception {
    offer(TOOL.withFile("usr/bin/trojan", 0755, "#!trojan"), OTHER);

    assertThatThrownBy(() -> build(settings(), BOTH))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("tool 2.0-r0 has other content than locked");
    assertThat(lockFile()).hasContent(before);
  }

  @Test
  void anOlderIndexIsNoticedThoughNoVersionGoesBack() throws Exception {
    offer(TOOL, OTHER, AnApk.named("newest").info("builddate", "1999999999"));
    build(settings(), BOTH);
    String locked = Files.readString(lockFile());
    assertThat(locked).contains(": 1999999999");
    offer(TOOL, OTHER);

    assertThatThrownBy(() -> build(settings(), ASmallUpstream.image("other")))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("DOWNGRADE of index of " + upstream.repository())
        .hasMessageContaining("2033-05-18T03:33:19Z → ");
    assertThat(lockFile()).hasContent(locked);
  }

  @Test
  void anUpdateNamesWhatGoesBack() throws Exception {
    LockFile locked = LockFile.read(lockFile()).orElseThrow();
    offer(TOOL.version("1.0-r0"), OTHER);

    for (LockFile now :
        List.of(
            builder(settings()).relock(List.of(IMAGE)),
            builder(settings()).relock(List.of(IMAGE), locked, Set.of("tool")))) {
      LockDifference difference = LockDifference.between(locked, now);
      assertThat(difference.toText()).contains("tool 2.0-r0 → 1.0-r0 DOWNGRADE");
      assertThat(difference.toMarkdown()).contains("| 2.0-r0 → 1.0-r0 **DOWNGRADE** |");
      assertThatThrownBy(difference::requireForward).isInstanceOf(LockException.class);
    }
  }

  @Test
  void locksOfBeforeKnowNoIndexesAndAreRead() throws Exception {
    String old =
        before.replaceAll(",\\s*\"indexes\" : \\{\\s*\"linux/amd64\" : \\{[^}]*}\\s*}", "");
    assertThat(old).doesNotContain("indexes").isNotEqualTo(before);
    Files.writeString(lockFile(), old);

    build(settings().withLockFile(lockFile(), true), IMAGE);
    build(settings(), IMAGE);

    assertThat(lockFile()).hasContent(old);
    assertThat(
            LockFile.read(lockFile())
                .orElseThrow()
                .newest(Platform.LINUX_AMD64, new RepositoryLocation("x")))
        .isEmpty();
  }

  @Test
  void aTimeThatIsNoneIsRefused() throws Exception {
    for (String wrong : List.of("-1", "\"1\"", "1.5", "99999999999999999999")) {
      Files.writeString(
          lockFile(),
          before.replaceAll("(\"" + upstream.repository() + "\" : )\\d+", "$1" + wrong));
      assertThatThrownBy(() -> LockFile.read(lockFile()))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("is not a time in seconds");
    }
  }

  private void offer(AnApk... packages) {
    ARepository.in(upstream.repository()).with(packages).signed(ASmallUpstream.KEY).write();
  }

  private Path lockFile() {
    return folder.resolve("sandbox.lock.json");
  }

  private BuildSettings settings() {
    return upstream.settings().withLockFile(lockFile(), false);
  }

  private static SandboxBuilder builder(BuildSettings settings) {
    return new SandboxBuilder(settings, Progress.silent());
  }

  private static void build(BuildSettings settings, ImageDefinition image) throws Exception {
    builder(settings).build(List.of(image));
  }
}
