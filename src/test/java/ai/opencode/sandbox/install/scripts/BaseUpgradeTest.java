package ai.opencode.sandbox.install.scripts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Scripts that run when packages of the base are upgraded. */
class BaseUpgradeTest {

  private static final String PASSWD = "root:x:0:0:root:/root:/bin/sh\n";
  private static final String GROUP = "root:x:0:root\n";
  private static final String SHADOW = "root:*::0:::::\n";

  private final Root.Builder root = Root.builder();

  BaseUpgradeTest() {
    file("etc/passwd", PASSWD);
    file("etc/group", GROUP);
    file("etc/shadow", SHADOW);
  }

  @Test
  void ofBusyboxAddTheAccountKlogd() throws IOException {
    upgrade("busybox", "post-upgrade");

    assertThat(root.text("etc/passwd"))
        .hasValue(PASSWD + "klogd:x:100:100:klogd:/dev/null:/sbin/nologin\n");
    assertThat(root.text("etc/group")).hasValue(GROUP + "klogd:x:100:klogd\n");
    assertThat(root.text("etc/shadow")).hasValue(SHADOW + "klogd:!::0:99999:7:::\n");
  }

  @Test
  void ofBusyboxTakeTheFirstFreeNumbers() throws IOException {
    file("etc/passwd", PASSWD + "a:x:100:1:::\nb:x:101:1:::\n");
    file("etc/group", GROUP + "a:x:100:\n");

    upgrade("busybox", "post-upgrade");

    assertThat(root.text("etc/passwd").orElseThrow()).contains("klogd:x:102:101:");
    assertThat(root.text("etc/group").orElseThrow()).endsWith("klogd:x:101:klogd\n");
  }

  @Test
  void ofBusyboxTakeTheLastNumberIfNoneIsFree() throws IOException {
    StringBuilder groups = new StringBuilder(GROUP);
    for (int id = 100; id < 1000; id++) {
      groups.append("g").append(id).append(":x:").append(id).append(":\n");
    }
    file("etc/group", groups.toString());

    upgrade("busybox", "post-upgrade");

    assertThat(root.text("etc/group").orElseThrow()).endsWith("\nklogd:x:999:klogd\n");
  }

  @Test
  void ofBusyboxKeepAnAccountKlogd() throws IOException {
    file("etc/passwd", PASSWD + "klogd:x:7:7:::\n");

    upgrade("busybox", "post-upgrade");

    assertThat(root.text("etc/passwd")).hasValue(PASSWD + "klogd:x:7:7:::\n");
    assertThat(root.text("etc/group")).hasValue(GROUP);
  }

  @Test
  void ofBaselayoutAddTheGroupShadowAndGiveItTheFile() throws IOException {
    upgrade("alpine-baselayout", "pre-upgrade", "post-upgrade");

    assertThat(root.text("etc/group")).hasValue(GROUP + "shadow:x:42:\n");
    assertThat(Objects.requireNonNull(root.get("etc/shadow")).gid()).isEqualTo(42);
  }

  @Test
  void ofBaselayoutLeaveAGroupShadowWithAnotherNumber() throws IOException {
    file("etc/group", GROUP + "shadow:x:77:\n");

    upgrade("alpine-baselayout", "pre-upgrade", "post-upgrade");

    assertThat(root.text("etc/group")).hasValue(GROUP + "shadow:x:77:\n");
    assertThat(Objects.requireNonNull(root.get("etc/shadow")).gid()).isEqualTo(77);
  }

  @Test
  void ofBaselayoutTakeNoNumberOfAnotherGroup() throws IOException {
    file("etc/group", GROUP + "other:x:42:\n");

    upgrade("alpine-baselayout", "pre-upgrade", "post-upgrade");

    assertThat(root.text("etc/group")).hasValue(GROUP + "other:x:42:\n");
    assertThat(Objects.requireNonNull(root.get("etc/shadow")).gid()).isZero();
  }

  @Test
  void ofBaselayoutReportModuleSettingsThatTheyWouldRename() throws IOException {
    root.put("etc/modprobe.d", Node.directory(0755, 0, 0));
    file("etc/modprobe.d/blacklist.conf", "");
    file("etc/modprobe.d/aliases", "");
    file("etc/modprobe.d/.hidden", "");

    ScriptReport report = upgrade("alpine-baselayout", "pre-upgrade");

    assertThat(report.notReproduced())
        .containsExactly(
            NotReproduced.Command.of(
                "alpine-baselayout-2.0-r0",
                ScriptKind.PRE_UPGRADE,
                "mv /etc/modprobe.d/aliases /etc/modprobe.d/aliases.conf"));
  }

  @Test
  void doWhatThoseOfAnInstallationDo() throws IOException {
    FetchedPackage busybox =
        AFetchedPackage.of(AnApk.named("busybox").script("post-install", "#!/bin/sh\n"));
    Transaction installation = new Transaction(DatabaseState.empty(), List.of(busybox), List.of());

    KnownScripts.reproduce(installation, Map.of(), new ScriptEffects(root));

    assertThat(root.text("etc/group")).hasValue(GROUP + "klogd:x:100:klogd\n");
  }

  @Test
  void doNotRunOnAnInstallation() throws IOException {
    FetchedPackage busybox =
        AFetchedPackage.of(AnApk.named("busybox").script("post-upgrade", "#!/bin/sh\n"));
    Transaction installation = new Transaction(DatabaseState.empty(), List.of(busybox), List.of());

    KnownScripts.reproduce(installation, Map.of(), new ScriptEffects(root));

    assertThat(root.text("etc/passwd")).hasValue(PASSWD);
  }

  private ScriptReport upgrade(String name, String... kinds) throws IOException {
    AnApk apk = AnApk.named(name).version("2.0-r0");
    for (String kind : kinds) {
      apk = apk.script(kind, "#!/bin/sh\n");
    }
    InstalledDatabase before =
        new InstalledDatabase(
            List.of(new InstalledPackage(AnApk.named(name).toPackage(), List.of())));
    Transaction transaction =
        new Transaction(DatabaseState.of(before), List.of(AFetchedPackage.of(apk)), List.of());
    ScriptEffects effects = new ScriptEffects(root);
    KnownScripts.reproduce(transaction, Map.of(), effects);
    return effects.report();
  }

  private void file(String path, String text) {
    root.put(path, Node.file(new Access(0640, 0, 0), text.getBytes(UTF_8)));
  }
}
