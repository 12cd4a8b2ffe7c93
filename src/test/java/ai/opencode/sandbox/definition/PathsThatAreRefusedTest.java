package ai.opencode.sandbox.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths, modes and owners that no definition can have. */
class PathsThatAreRefusedTest {

  private static final ImageDefinition IMAGE = ImageDefinition.onAlpine("own");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "etc/motd",
        "/etc/",
        "/etc//motd",
        "/etc/./motd",
        "/etc/../motd",
        "/..",
        "/etc/.wh.passwd",
        "/.wh..wh..opq",
        "/.wh.x/y",
        "/etc/mo\ntd",
        "/etc/\u0000",
        "/etc/\uFFFD",
        "/etc/\uD800",
        "/etc/\u0085",
        "/etc/passwd",
        "/etc/group",
        "/etc/shadow",
        "/etc/shells",
        "/etc/passwd/x",
        "/etc/apk/world",
        "/lib/apk/db",
        "/lib/apk/db/installed",
        "/usr/lib/apk/db/scripts.tar.gz",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/etc/hostname",
        "/proc/x",
        "/sys",
        "/dev/null"
      })
  void noEntryIsAt(String path) {
    assertThatThrownBy(() -> StaticFile.of(path, "")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> new OwnedDirectory(path, 0755, 0, 0))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> new SymbolicLink(path, "x")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> new WritableDirectory(path, 1 << 20))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void noPathIsTooLongForAnEngine() {
    assertThatThrownBy(() -> StaticFile.of("/" + "a".repeat(256), ""))
        .hasMessageContaining("255 bytes");
    assertThatThrownBy(() -> StaticFile.of("/" + "ä".repeat(128), ""))
        .hasMessageContaining("255 bytes");
    assertThatThrownBy(() -> StaticFile.of("/a".repeat(129), "")).hasMessageContaining("128");
    assertThatThrownBy(() -> StaticFile.of(("/" + "a".repeat(250)).repeat(13), ""))
        .hasMessageContaining("3072 bytes");
    assertThat(StaticFile.of("/" + "a".repeat(255), "").path()).hasSize(256);
  }

  @ParameterizedTest
  @ValueSource(ints = {04755, 02755, 01777, 010000, -1})
  void noFileHasSpecialBits(int mode) {
    assertThatThrownBy(() -> StaticFile.of("/a", "").withMode(mode))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot have the mode");
    assertThatThrownBy(() -> new OwnedDirectory("/a", mode, 0, 0))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void setuidIsRefusedWithTheReason() {
    assertThatThrownBy(() -> StaticFile.of("/a", "").withMode(04755))
        .hasMessage(
            "/a cannot have the mode 4755: setuid and setgid give a program the rights of its owner,"
                + " which a sandbox forbids. Use octal 0 to 777.");
  }

  @Test
  void noOwnerIsNegative() {
    assertThatThrownBy(() -> StaticFile.of("/a", "").withOwner(-1, 0))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> new OwnedDirectory("/a", 0755, 0, -1))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void nothingIsDefinedTwice() {
    ImageDefinition image = IMAGE.withFile(StaticFile.of("/opt/a", ""));

    assertThatThrownBy(() -> image.withFile(StaticFile.of("/opt/a", "")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "/opt/a is defined twice, as a file. Leave one of them out; a child image may replace a"
                + " file of its parent.");
    assertThatThrownBy(() -> image.withLink(new SymbolicLink("/opt/a", "b")))
        .hasMessageContaining("as a file and as a symbolic link");
    assertThatThrownBy(() -> image.withDirectory(new OwnedDirectory("/opt/a", 0755, 0, 0)))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> image.withDirectory(new OwnedDirectory("/workspace", 0755, 0, 0)))
        .isInstanceOf(UsageException.class);
    assertThat(ImageDefinition.from(image, "child").withFile(StaticFile.of("/opt/a", "")).files())
        .hasSize(1);
  }

  @Test
  void nothingIsBelowAFileOrLink() {
    ImageDefinition image =
        IMAGE.withFile(StaticFile.of("/opt/a", "")).withLink(new SymbolicLink("/opt/l", "/etc"));

    for (String below : List.of("/opt/a/b", "/opt/a/b/c", "/opt/l/b")) {
      assertThatThrownBy(() -> image.withFile(StaticFile.of(below, "")))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("cannot be below");
      assertThatThrownBy(() -> image.withDirectory(new OwnedDirectory(below, 0755, 0, 0)))
          .isInstanceOf(UsageException.class);
      assertThatThrownBy(() -> image.withWritablePath(below, 1 << 20))
          .isInstanceOf(UsageException.class);
    }
    assertThatThrownBy(() -> image.withFile(StaticFile.of("/opt", "")))
        .hasMessageContaining("cannot be below /opt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "\u0000", "\uFFFD"})
  void noLinkHasAnUnprintableTarget(String target) {
    assertThatThrownBy(() -> new SymbolicLink("/a", target)).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usr",
        "/etc",
        "/home",
        "/var/lib",
        "/tmp",
        "/tmp/x",
        "/workspace",
        "/workspace/x",
        "/a b",
        "/a,b",
        "/a:b",
        "/ä"
      })
  void noMountIsAt(String path) {
    assertThatThrownBy(() -> IMAGE.withWritablePath(path, 1 << 20))
        .isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, (1 << 20) - 1, Long.MAX_VALUE})
  void noMountHasTheSize(long size) {
    assertThatThrownBy(() -> IMAGE.withWritablePath("/var/own", size))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void noMountHidesAFileOfTheDefinition() {
    ImageDefinition image = IMAGE.withFile(StaticFile.of("/var/own/a", ""));

    assertThatThrownBy(() -> image.withWritablePath("/var/own", 1 << 20))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("would be hidden");
    assertThatThrownBy(
            () ->
                IMAGE
                    .withWritablePath("/var/own", 1 << 20)
                    .withLink(new SymbolicLink("/var/own/a", "b")))
        .hasMessageContaining("would be hidden");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/tmp/a",
        "/tmp",
        "/workspace/a",
        "/home/opencode/.bashrc",
        "/home/opencode/.local/bin/tool"
      })
  void noFileIsWhereEverySandboxHasAMount(String path) {
    assertThatThrownBy(() -> IMAGE.withFile(StaticFile.of(path, "")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(path + " would be hidden: hardened containers have a mount at /");
    assertThatThrownBy(() -> IMAGE.withLink(new SymbolicLink(path, "b")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("such as one below /opt.");
  }

  @Test
  void noMountOfParentOrChildHidesAFileOfTheOther() {
    ImageDefinition file = IMAGE.withFile(StaticFile.of("/var/own/a", ""));
    ImageDefinition mount = IMAGE.withWritablePath("/var/own", 1 << 20);

    assertThatThrownBy(() -> ImageDefinition.from(file, "b").withWritablePath("/var/own", 1 << 20))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("/var/own/a would be hidden");
    assertThatThrownBy(
            () -> ImageDefinition.from(mount, "b").withFile(StaticFile.of("/var/own/b", "")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("/var/own/b would be hidden");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":", "/usr/bin:", "/usr/bin::/bin", "bin:/usr/bin", ".:/usr/bin", "/opt/bin"})
  void noPathMakesAnImageUseless(String path) {
    assertThatThrownBy(() -> IMAGE.withEnvironment("PATH", path))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("PATH ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/root", "/home/other"})
  void noHomeIsAnothersDirectory(String home) {
    assertThatThrownBy(() -> IMAGE.withEnvironment("HOME", home))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("/home/opencode. Leave HOME out.");
    assertThat(IMAGE.withEnvironment("HOME", "/home/opencode")).isEqualTo(IMAGE);
  }

  @Test
  void noLevelBetweenMountsIsMissing() {
    assertThatThrownBy(() -> IMAGE.withWritablePath("/home/opencode/.a/b", 1 << 20))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Make /home/opencode/.a writable too");
    ImageDefinition parent = IMAGE.withWritablePath("/var/own", 1 << 20);
    assertThatThrownBy(
            () -> ImageDefinition.from(parent, "b").withWritablePath("/var/own/b/c", 1 << 20))
        .hasMessageContaining("Make /var/own/b writable too");
    assertThat(
            IMAGE
                .withWritablePath("/home/opencode/.a", 1 << 20)
                .withWritablePath("/home/opencode/.a/b", 1 << 20)
                .writablePaths())
        .hasSize(13);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "0", "65536", "99999", "-1", "80/", "80/sctp", "80/TCP", "a", " 80", "1/tcp/2"
      })
  void noPortIs(String port) {
    assertThatThrownBy(() -> IMAGE.withPort(port)).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A=B", "A\n"})
  void noVariableIsNamed(String name) {
    assertThatThrownBy(() -> IMAGE.withEnvironment(name, "")).isInstanceOf(UsageException.class);
  }

  @Test
  void noWordHasANul() {
    assertThatThrownBy(() -> IMAGE.withCommand("a\u0000b")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> IMAGE.withEntrypoint("\u0000")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> IMAGE.withEnvironment("A", "\u0000"))
        .isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"relative", "/a/../b", "/a/", ""})
  void noWorkingDirectoryIs(String path) {
    assertThatThrownBy(() -> IMAGE.withWorkingDirectory(path)).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/etc", "/home", "/tmp", "/workspace", "/proc/a", "a", "/home/a:b", "/a\nb"})
  void noHomeIs(String home) {
    assertThatThrownBy(() -> new SandboxUser("acme", 1, 1, home, "/bin/sh"))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void noUserIsRoot() {
    assertThatThrownBy(() -> SandboxUser.of("root", 1000, 1000)).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> SandboxUser.of("a", 0, 1)).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> SandboxUser.of("a", 1, 0)).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> SandboxUser.of("a:b", 1, 1)).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> new SandboxUser("a", 1, 1, "/home/a", "/bin/sh:x"))
        .isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\nb"})
  void noPackageIs(String name) {
    assertThatThrownBy(() -> IMAGE.withPackages(name)).isInstanceOf(UsageException.class);
  }
}
