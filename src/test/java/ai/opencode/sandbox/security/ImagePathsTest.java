package ai.opencode.sandbox.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.WritableLabel;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import ai.opencode.sandbox.failure.UsageException;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The writable paths and the user that a finished image tells, which may be hostile. */
class ImagePathsTest {

  private static final SecurityOptions HARDENED = SecurityOptions.hardened();
  private static final String KEY = "ai.opencode.sandbox.writable";
  private static final ImageDefinition OWN =
      SandboxImages.base().withWritablePath("/var/lib/acme", 64 << 20);
  private static final ImageDefinition OTHER_USER =
      OWN.withUser(SandboxUser.of("acme", 2000, 2001));

  @Test
  void anImageWithoutTheLabelHasTheStandardPaths() {
    assertThat(HARDENED.forImage(Map.of("a", "b"), "0")).isEqualTo(HARDENED);
    assertThat(WritableLabel.of(SandboxImages.base())).isEmpty();
    assertThat(SecurityOptions.hardenedFor(SandboxImages.base())).isEqualTo(HARDENED);
  }

  @Test
  void aFinishedImageTellsWhatItsDefinitionHas() {
    for (ImageDefinition each : new ImageDefinition[] {OWN, OTHER_USER}) {
      SecurityOptions told = HARDENED.forImage(label(each), each.user().ids().toString());

      assertThat(told.user()).isEqualTo(each.user().ids());
      assertThat(told.writablePaths())
          .containsExactlyInAnyOrderElementsOf(each.writablePaths())
          .startsWith(each.writablePaths().get(0), each.writablePaths().get(1));
      assertThat(SecurityOptions.hardenedFor(each).writablePaths()).isEqualTo(each.writablePaths());
      assertThat(told.supplementaryGroups()).isEmpty();
    }
  }

  @Test
  void parentsAreMountedFirst() {
    ImageDefinition image =
        OTHER_USER.withWritablePath("/var/lib/acme/a", 1 << 20).withWritablePath("/a", 1 << 20);

    assertThat(HARDENED.forImage(label(image), "2000:2001").writablePaths())
        .extracting(WritablePath::path)
        .containsSubsequence("/home/acme", "/home/acme/.local", "/home/acme/.local/share")
        .containsSubsequence("/var/lib/acme", "/var/lib/acme/a");
  }

  @Test
  void explicitOptionsTakePrecedence() {
    SecurityOptions asked =
        HARDENED
            .withUser("3000:3000")
            .withTmpfs("/home/opencode/.cache", 5 << 20)
            .withTmpfs("/var/lib/acme", 6 << 20)
            .withTmpfs("/srv", 7 << 20);

    SecurityOptions told = asked.forImage(label(OWN), "1000:1000");

    assertThat(told.user()).hasToString("3000:3000");
    assertThat(told.writablePaths())
        .contains(
            new WritablePath("/home/opencode/.cache", Storage.TMPFS, 5 << 20, 0770, true, 1000, 0),
            new WritablePath("/var/lib/acme", Storage.TMPFS, 6 << 20, 0770, true, 1000, 0),
            new WritablePath("/srv", Storage.TMPFS, 7 << 20, 0770, true, 1000, 0))
        .hasSize(13);
  }

  @ParameterizedTest
  @EnumSource(ExportFormat.class)
  void everyExportHasThem(ExportFormat format) {
    String text = format.export(SecurityOptions.hardenedFor(OTHER_USER), "acme");

    assertThat(text).contains("/var/lib/acme").contains("/home/acme/.local/share");
    assertThat(text).doesNotContain("/home/opencode").contains("2000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "/a",
        "/a=",
        "/a=1",
        "/a=-1048576",
        "/a=64m",
        "/a=9999999999999999",
        "/a=99999999999999999999",
        "a=1048576",
        "/a=1048576 ",
        "/a=1048576  /b=1048576",
        "/a=1048576\n/b=1048576",
        "/a=1048576 /a=1048576",
        "/a/../etc=1048576",
        "/a/=1048576",
        "//a=1048576",
        "/=1048576",
        "/etc=1048576",
        "/usr/bin=1048576",
        "/proc/self=1048576",
        "/dev/shm=1048576",
        "/sys/fs/cgroup=1048576",
        "/workspace=1048576",
        "/workspace/.git=1048576",
        "/tmp=1048576",
        "/etc/passwd=1048576",
        "/etc/resolv.conf=1048576",
        "/lib/apk/db=1048576",
        "/a,exec,suid=1048576",
        "/a:rw=1048576",
        "/a$(id)=1048576",
        "/a'=1048576",
        "/ä=1048576"
      })
  void hostileLabelsAreRefused(String label) {
    assertThatThrownBy(() -> HARDENED.forImage(Map.of(KEY, label), "1000:1000"))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void longLabelsAreRefused() {
    String many =
        IntStream.range(0, 65)
            .mapToObj(i -> "/a" + i + "=1048576")
            .collect(Collectors.joining(" "));

    assertThatThrownBy(() -> HARDENED.forImage(Map.of(KEY, many), "1000:1000"))
        .hasMessageContaining("more than 64 entries");
    assertThatThrownBy(() -> HARDENED.forImage(Map.of(KEY, "/a".repeat(9000)), "1000:1000"))
        .hasMessageContaining("longer than 16384");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "root",
        "0",
        "0:0",
        "0:1000",
        "1000:0",
        "1000",
        "99999999999:1",
        "4294967296:1"
      })
  void aLabelWithoutANumericUserIsRefused(String user) {
    assertThatThrownBy(() -> HARDENED.forImage(label(OWN), user))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("UID:GID");
  }

  private static Map<String, String> label(ImageDefinition image) {
    return Map.of(KEY, WritableLabel.of(image).orElseThrow());
  }
}
