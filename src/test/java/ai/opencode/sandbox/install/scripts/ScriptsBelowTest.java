package ai.opencode.sandbox.install.scripts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.apk.Triggers;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Transaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScriptsBelowTest {

  private static final AnApk WATCHER = AnApk.named("watcher");
  private static final AnApk GONE = AnApk.named("gone");
  private static final AnApk TOOL =
      AnApk.named("tool").withDirectory("usr", 0755).withFile("usr/tool", 0644, "tool");
  private static final Map<String, byte[]> SCRIPTS =
      Map.of(
          "trigger", "echo trigger\n".getBytes(UTF_8),
          "pre-deinstall", "echo going\n".getBytes(UTF_8),
          "post-deinstall", "echo gone\n".getBytes(UTF_8),
          "post-install", "echo installed\n".getBytes(UTF_8));

  @Test
  void ofPackagesThatStayAreTriggersOfChangedDirectories() throws IOException {
    assertThat(unknown(false, "/usr", List.of(TOOL)))
        .containsExactly("watcher-1.0-r0 trigger `echo trigger`");
    assertThat(unknown(true, "/usr", List.of(TOOL)))
        .containsExactly("watcher-1.0-r0 trigger `echo trigger`");
    assertThat(unknown(false, "/lib", List.of(TOOL))).isEmpty();
    assertThat(unknown(false, "/usr", List.of())).isEmpty();
  }

  @Test
  void ofUpgradedPackagesAreThoseOfTheNewBuilds() throws IOException {
    assertThat(unknown(false, "/usr", List.of(TOOL, WATCHER.version("2.0-r0")))).isEmpty();
  }

  @Test
  void ofRemovedPackagesAreThoseOfTheRemoval() throws IOException {
    assertThat(unknown(true, "/lib", List.of(), "gone"))
        .containsExactly(
            "gone-1.0-r0 pre-deinstall `echo going`", "gone-1.0-r0 post-deinstall `echo gone`");
  }

  @Test
  void ofABaseWithoutScriptsAreNone() throws IOException {
    ScriptArchive none = new ScriptArchive(Map.of());

    assertThat(ScriptsBelow.unknown(transaction(none, "/usr", List.of(TOOL)))).isEmpty();
  }

  private static List<String> unknown(
      boolean compressed, String pattern, List<AnApk> installed, String... removed)
      throws IOException {
    ScriptArchive scripts = new ScriptArchive(Map.of());
    for (AnApk each : List.of(WATCHER, GONE)) {
      scripts = scripts.with(each.toPackage(), SCRIPTS);
    }
    if (compressed) {
      scripts = scripts.asApk3(List.of(GONE.toPackage(), WATCHER.toPackage()));
    }
    return ScriptsBelow.unknown(transaction(scripts, pattern, installed, removed)).stream()
        .map(NotReproduced.UnknownText.class::cast)
        .map(each -> each.label() + " " + each.kind().apkName() + " " + each.excerpt())
        .toList();
  }

  private static Transaction transaction(
      ScriptArchive scripts, String pattern, List<AnApk> installed, String... removed)
      throws IOException {
    InstalledDatabase before =
        new InstalledDatabase(
            Stream.of(WATCHER, GONE)
                .map(each -> new InstalledPackage(each.toPackage(), List.of()))
                .toList());
    List<FetchedPackage> fetched = new ArrayList<>();
    for (AnApk each : installed) {
      fetched.add(AFetchedPackage.of(each));
    }
    return new Transaction(
        new DatabaseState(
            before, Triggers.NONE.with(WATCHER.toPackage(), List.of(pattern)), scripts, false),
        fetched,
        Stream.of(removed).map(PackageId::new).toList());
  }
}
