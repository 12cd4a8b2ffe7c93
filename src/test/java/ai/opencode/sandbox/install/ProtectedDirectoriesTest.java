package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Directories whose changed files apk keeps. */
class ProtectedDirectoriesTest {

  private Root root = Root.builder().build();

  @Test
  void areEtcAndAllBelowIt() {
    assertThat(protect("etc/a")).isTrue();
    assertThat(protect("etc/init.d/a")).isTrue();
    assertThat(protect("etc/apk/a")).isTrue();
    assertThat(protect("etc/a/b/c")).isTrue();
  }

  @Test
  void areNoOthers() {
    assertThat(protect("etc")).isFalse();
    assertThat(protect("usr/etc/a")).isFalse();
    assertThat(protect("etc2/a")).isFalse();
    assertThat(protect("a")).isFalse();
  }

  @Test
  void areThoseOfLists() {
    list("a.list", "+opt/conf\n@srv\n!var/lib\n");

    assertThat(protect("opt/conf/a")).isTrue();
    assertThat(protect("opt/conf/b/c")).isTrue();
    assertThat(protect("opt/a")).isFalse();
    assertThat(protect("srv/a")).isTrue();
    assertThat(protect("var/lib/a")).isTrue();
    assertThat(protect("var/a")).isFalse();
  }

  @Test
  void loseTheProtectionByAMinus() {
    list("a.list", "-etc/free\n");

    assertThat(protect("etc/free/a")).isFalse();
    assertThat(protect("etc/a")).isTrue();
  }

  @Test
  void areDecidedByTheLastRule() {
    list("a.list", "-etc/free\n+etc/free/not\n");
    list("b.list", "-etc/twice\n");
    list("c.list", "+etc/twice\n");

    assertThat(protect("etc/free/not/a")).isTrue();
    assertThat(protect("etc/twice/a")).isTrue();
  }

  @Test
  void haveNamesWithPatterns() {
    list("a.list", "+/opt/*/conf/\n");

    assertThat(protect("opt/x/conf/a")).isTrue();
    assertThat(protect("opt/x/y/conf/a")).isFalse();
    assertThat(protect("opt/conf/a")).isFalse();
  }

  @Test
  void areOnlyInListsOfTheirDirectory() {
    list("a.conf", "+opt\n");
    put("etc/apk/protected_paths.e/a.list", "+opt\n");
    put("etc/apk/protected_paths.d0.list", "+opt\n");
    list("b.list", "# +opt\n\n+\nopt\n");
    put("etc/apk/protected_paths.d/unread.list", Node.directory(0755, 0, 0));

    assertThat(protect("opt/a")).isFalse();
  }

  private boolean protect(String path) {
    return ProtectedDirectories.of(root).contain(path);
  }

  private void list(String name, String text) {
    put("etc/apk/protected_paths.d/" + name, text);
  }

  private void put(String path, String text) {
    put(path, Node.file(new Access(0644, 0, 0), text.getBytes(StandardCharsets.UTF_8)));
  }

  private void put(String path, Node node) {
    Root.Builder changed = root.toBuilder();
    changed.put(path, node);
    root = changed.build();
  }
}
