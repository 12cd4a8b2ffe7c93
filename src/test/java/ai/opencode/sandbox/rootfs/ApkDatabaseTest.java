package ai.opencode.sandbox.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.failure.VerificationException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** apk's database in a base image. */
class ApkDatabaseTest {

  private static final String RECORD = AnApk.named("tool").toPackage().toRecord() + "\n";

  private final Root.Builder root = Root.builder();

  @Test
  void isThatOfAlpine() throws Exception {
    put("lib/apk/db/installed", RECORD);

    ApkDatabase database = ApkDatabase.of(root.build());

    assertThat(database.path("triggers")).isEqualTo("lib/apk/db/triggers");
    assertThat(database.installed().packages())
        .extracting(each -> each.pkg().label())
        .containsExactly("tool-1.0-r0");
    assertThat(database.state(database.installed()).triggers().isEmpty()).isTrue();
    assertThat(database.world().requests()).isEmpty();
  }

  @Test
  void isThatOfWolfi() {
    put("usr/lib/apk/db/installed", "");

    assertThat(ApkDatabase.of(root.build()).path("installed"))
        .isEqualTo("usr/lib/apk/db/installed");
  }

  @Test
  void isOneBehindALink() throws Exception {
    put("usr/lib/apk/db/installed", RECORD);
    root.put("lib", Node.link("usr/lib"));

    ApkDatabase database = ApkDatabase.of(root.build());

    assertThat(database.path("installed")).isEqualTo("usr/lib/apk/db/installed");
    assertThat(database.installed().packages()).hasSize(1);
  }

  @Test
  void readsRequestsAndTriggers() throws Exception {
    put("lib/apk/db/installed", RECORD);
    put("lib/apk/db/triggers", AnApk.named("tool").toPackage().checksum() + " /usr/bin\n");
    put("etc/apk/world", "tool>1\nalpine-base\n");

    ApkDatabase database = ApkDatabase.of(root.build());

    assertThat(database.world().toText()).isEqualTo("alpine-base\ntool>1\n");
    assertThat(database.state(database.installed()).triggers().toText()).contains(" /usr/bin\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsTheScriptsThatAreCompressedOrNot(boolean compressed) throws Exception {
    ScriptArchive scripts =
        new ScriptArchive(Map.of())
            .with(AnApk.named("tool").toPackage(), Map.of("trigger", new byte[] {'x'}));
    put("lib/apk/db/installed", RECORD);
    root.put(
        "lib/apk/db/scripts.tar" + (compressed ? ".gz" : ""),
        Node.file(Access.ofRoot(0644), scripts.toBytes(compressed)));

    ApkDatabase database = ApkDatabase.of(root.build());
    DatabaseState state = database.state(database.installed());

    assertThat(state.isCompressed()).isEqualTo(compressed);
    assertThat(state.scripts().toBytes(false)).isEqualTo(scripts.toBytes(false));
  }

  @Test
  void hasNoScriptsWithoutTheirArchive() throws Exception {
    put("lib/apk/db/installed", RECORD);

    ApkDatabase database = ApkDatabase.of(root.build());

    assertThat(database.state(database.installed()).scripts().scripts()).isEmpty();
    assertThat(database.state(database.installed()).isCompressed()).isFalse();
  }

  @Test
  void refusesNoneAndTwo() {
    assertThatThrownBy(() -> ApkDatabase.of(Root.builder().build()))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("no package database, neither lib/apk/db/installed nor");

    List.of("lib/apk/db/installed", "usr/lib/apk/db/installed").forEach(each -> put(each, ""));

    assertThatThrownBy(() -> ApkDatabase.of(root.build()))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("two package databases, in lib/apk/db and usr/lib/apk/db, and apk");
  }

  private void put(String path, String text) {
    root.put(path, Node.file(new Access(0644, 0, 0), text.getBytes(StandardCharsets.UTF_8)));
  }
}
