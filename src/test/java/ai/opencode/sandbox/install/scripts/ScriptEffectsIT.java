package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.RequiresRealApk;
import ai.opencode.sandbox.SideBySide;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The effects of Alpine's scripts when the real apk runs them, compared with the reproduced ones.
 */
@RequiresRealApk
class ScriptEffectsIT {

  private static final String LIST = "etc/busybox-paths.d/busybox";

  private static final AnApk TOOL =
      AnApk.named("tool")
          .withFile("usr/bin/tool", 0755, "#!/bin/sh\necho tool\n")
          .signed(ASmallUpstream.KEY);

  @Test
  void theTriggerLinksWhatTheBaseHasNoLinkFor() throws Exception {
    try (SideBySide both = SideBySide.changed("rm usr/bin/wget bin/ls usr/sbin/chroot", TOOL)) {
      assertThat(both.install("tool").differences()).isEmpty();
      assertThat(both.warnings()).isEmpty();
    }
  }

  @Test
  void theTriggerMakesNoDirectories() throws Exception {
    try (SideBySide both = SideBySide.changed("rm -r usr/sbin", TOOL)) {
      assertThat(both.install("tool").differences()).isEmpty();
    }
  }

  @Test
  void nothingIsLinkedWhereNoDirectoryOfProgramsIsTouched() throws Exception {
    AnApk data = AnApk.named("data").withFile("usr/share/data", 0644, "data");
    try (SideBySide both = SideBySide.changed("rm usr/bin/wget", data)) {
      assertThat(both.install("data").differences()).isEmpty();
    }
  }

  @Test
  void aNewerBusyboxChangesTheLinks() throws Exception {
    String list =
        new String(SideBySide.ofTheBase(LIST), StandardCharsets.UTF_8)
            .replace("usr/bin/wget\n", "");
    AnApk newer = busybox("1.36.1-r99", list);
    // The tool depends on it, because apk only upgrades packages that a request affects.
    AnApk tool = TOOL.depends("busybox>=1.36.1-r99");
    String former = "ln -s /bin/busybox usr/bin/former && rm usr/bin/yes";
    try (SideBySide both = SideBySide.changed(former, newer, tool)) {
      assertThat(both.install("tool").differences())
          // The program still has the command that the list lacks, and links it itself.
          .singleElement()
          .asString()
          .startsWith("usr/bin/wget: SymbolicLink 777 0:0 -> /bin/busybox | nothing");
    }
  }

  /** Returns the base's busybox as another version, with the same scripts. */
  private static AnApk busybox(String version, String list) throws Exception {
    AnApk apk =
        AnApk.named("busybox")
            .version(version)
            .origin("busybox")
            .provides("/bin/sh")
            .depends("so:libc.musl-x86_64.so.1")
            .withFile("bin/busybox", Attributes.of(0755), SideBySide.ofTheBase("bin/busybox"))
            .withFile(LIST, 0644, list)
            .triggers("/bin /usr/bin /sbin /usr/sbin /lib/modules/*");
    for (String kind : List.of("post-install", "post-upgrade", "trigger")) {
      apk = apk.script(kind, script("busybox-", kind));
    }
    return apk;
  }

  private static String script(String prefix, String kind) throws Exception {
    byte[] archive = SideBySide.ofTheBase("lib/apk/db/scripts.tar");
    Process tar =
        new ProcessBuilder("tar", "-xOf", "-", "--wildcards", prefix + "*." + kind).start();
    tar.getOutputStream().write(archive);
    tar.getOutputStream().close();
    return new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
