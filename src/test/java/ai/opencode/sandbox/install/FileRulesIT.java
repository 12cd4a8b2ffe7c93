package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.RealRoot;
import ai.opencode.sandbox.RequiresRealApk;
import ai.opencode.sandbox.RequiresSharedData;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.SideBySide;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Owners and attributes of files, and the choice between two files, compared with the real apk. */
@RequiresRealApk
@RequiresSharedData
@ParameterizedClass(name = "{0}")
@EnumSource
class FileRulesIT {

  /** A real root, by the apk in it. */
  enum Release {
    APK_2,
    APK_3;

    Path archive() {
      return this == APK_2 ? RealRoot.archive() : RealRoot.archiveWithApk3();
    }
  }

  private final Release release;

  FileRulesIT(Release release) {
    this.release = release;
  }

  private static final String DATABASE = "lib/apk/db/installed: ";

  /** The rules by which a file gets another owner. */
  private static final Set<String> TAKEN_OVER =
      Set.of(
          "a package that replaces the owner takes the file",
          "both replace and neither has priority",
          "both replace and the second has priority",
          "replaces of certain versions",
          "the same origin",
          "the same origin, and the second replaces the first");

  private static final Attributes PLAIN = Attributes.of(0644);
  private static final AnApk A = AnApk.named("a");
  private static final AnApk SIZED = A.info("size", "4096");
  private static final AnApk Z = AnApk.named("z").info("size", "4096");
  private static final AnApk A_AFTER_Z = SIZED.depends("z");
  private static final AnApk B = AnApk.named("b").depends("a");

  /** A base without users runs no program. */
  private static final AnApk LAYOUT =
      AnApk.named("alpine-baselayout-data")
          .version("99-r0")
          .origin("alpine-baselayout")
          .withFile("etc/passwd", 0644, "root:x:0:0:root:/root:/bin/sh\nnewer:x:7:7::/:/bin/sh\n")
          .withFile("etc/group", 0644, "root:x:0:root\nnewer:x:7:\n")
          .withFile("etc/shadow", 0640, "root:*::0:::::\nnewer:!::0:::::\n");

  /** A newer layout without most of the base's directories, of which apk removes the empty ones. */
  private static final AnApk DIRECTORIES =
      AnApk.named("alpine-baselayout")
          .version("99-r0")
          .origin("alpine-baselayout")
          .depends("alpine-baselayout-data=99-r0", "/bin/sh")
          .withFile("etc/inittab", 0644, "newer");

  private static Arguments rule(String name, String base, AnApk... packages) {
    return Arguments.of(name, base, packages);
  }

  static Stream<Arguments> rules() {
    return Stream.of(
        rule(
            "names of owners before their numbers",
            "true",
            A.withFile("srv/n", PLAIN.withOwner(501, 20).withNames("ftp", "www-data"), "n")
                .withFile("srv/u", PLAIN.withOwner(501, 20).withNames("nobody-here", "nor"), "u")
                .withFile("srv/e", PLAIN.withOwner(501, 20).withNames("", ""), "e")),
        rule(
            "setuid, setgid and sticky bits",
            "true",
            A.withFile("srv/su", 04755, "su")
                .withFile("srv/sg", Attributes.of(02755).withOwner(0, 42), "sg")
                .withDirectory("srv/tmp", 01777)
                .withDirectory("srv/mail", 02775)),
        rule(
            "hard and symbolic links",
            "true",
            A.withFile("srv/one", 0644, "one")
                .withHardLink("srv/two", "srv/one")
                .withLink("srv/link", "one")
                .withLink("srv/nowhere", "/not/there")),
        rule(
            "a hard link to a setuid program",
            "true",
            A.withFile("srv/one", 04755, "one").withHardLink("srv/two", "srv/one")),
        rule(
            "extended attributes, also with bytes that are not text",
            "true",
            A.withFile(
                    "srv/cap",
                    Attributes.of(0755)
                        .withPax(Map.of("SCHILY.xattr.security.capability", CAPABILITY)),
                    "cap")
                .withFile("srv/user", PLAIN.withPax(Map.of("SCHILY.xattr.user.tag", "x")), "u")),
        rule(
            "a package that replaces the owner takes the file",
            "true",
            A.withFile("srv/f", 0644, "a"),
            B.replaces("a").withFile("srv/f", 0755, "b")),
        rule(
            "a replaced package does not take the file back",
            "true",
            A.replaces("b").withFile("srv/f", 0644, "a"),
            B.withFile("srv/f", 0755, "b").withFile("srv/g", 0755, "b")),
        rule(
            "both replace and neither has priority",
            "true",
            A.replaces("b").withFile("srv/f", 0644, "a"),
            B.replaces("a").withFile("srv/f", 0755, "b")),
        rule(
            "both replace and the first has priority",
            "true",
            A.replaces("b").info("replaces_priority", "10").withFile("srv/f", 0644, "a"),
            B.replaces("a").info("replaces_priority", "5").withFile("srv/f", 0755, "b")),
        rule(
            "both replace and the second has priority",
            "true",
            A.replaces("b").info("replaces_priority", "5").withFile("srv/f", 0644, "a"),
            B.replaces("a").info("replaces_priority", "10").withFile("srv/f", 0755, "b")),
        rule(
            "replaces of certain versions",
            "true",
            A.withFile("srv/f", 0644, "a"),
            B.replaces("a<2").withFile("srv/f", 0755, "b")),
        rule(
            "the same origin",
            "true",
            A.origin("o").withFile("srv/f", 0644, "a"),
            B.origin("o").withFile("srv/f", 0755, "b")),
        rule(
            "the same origin, and the first replaces the second",
            "true",
            A.origin("o").replaces("b").withFile("srv/f", 0644, "a"),
            B.origin("o").withFile("srv/f", 0755, "b").withFile("srv/g", 0755, "b")),
        rule(
            "the same origin, and the second replaces the first",
            "true",
            A.origin("o").withFile("srv/f", 0644, "a"),
            B.origin("o").replaces("a").withFile("srv/f", 0755, "b")),
        rule(
            "a program takes the place of busybox's link",
            "true",
            A.withFile("usr/bin/wget", 0755, "wget").withLink("bin/ls", "/usr/bin/wget")),
        rule(
            "a file in etc that no package owns",
            "echo base >" + " etc/f",
            A.withFile("etc/f", 0600, "a")),
        rule(
            "the same file in etc",
            "printf a > etc/f && chmod 640 etc/f",
            A.withFile("etc/f", 0600, "a")),
        rule(
            "a link in etc that no package owns",
            "ln -s /srv/x" + " etc/f",
            A.withFile("etc/f", 0600, "a")),
        rule(
            "a file of apk's own configuration",
            "echo base > etc/apk/f && mkdir -p etc/apk/sub && echo base > etc/apk/sub/g",
            A.withFile("etc/apk/f", 0644, "a").withFile("etc/apk/sub/g", 0644, "a")),
        rule(
            "a file elsewhere that no package owns",
            "echo base > srv/f && ln -s /etc srv/l",
            A.withFile("srv/f", 0600, "a").withFile("srv/l", 0644, "a")),
        rule(
            "directories that the base protects",
            "mkdir -p etc/apk/protected_paths.d opt/c/d opt/x var/x etc/free/in &&"
                + " printf '+opt/c\\n-etc/free\\n@opt/x\\n!var/x\\n# +srv\\n'"
                + " > etc/apk/protected_paths.d/own.list &&"
                + " for f in opt/c/f opt/c/d/g opt/f etc/free/h etc/free/in/i opt/x/j var/x/k"
                + " srv/f;"
                + " do echo base > $f; done",
            A.withFile("opt/c/f", 0644, "a")
                .withFile("opt/c/d/g", 0644, "a")
                .withFile("opt/f", 0644, "a")
                .withFile("etc/free/h", 0644, "a")
                .withFile("etc/free/in/i", 0644, "a")
                .withFile("opt/x/j", 0644, "a")
                .withFile("var/x/k", 0644, "a")
                .withFile("srv/f", 0644, "a")),
        rule(
            "files and patterns that the base protects",
            "mkdir -p etc/apk/protected_paths.d opt/c1 opt/d1 && printf"
                + " '+opt/f\\n+opt/c*\\n-etc/f\\n-etc/*.conf\\n'"
                + " > etc/apk/protected_paths.d/own.list &&"
                + " echo +srv > etc/apk/protected_paths.d/ignored &&"
                + " for f in opt/f opt/c1/f opt/d1/f etc/f etc/f.conf etc/g srv/f;"
                + " do echo base > $f; done",
            A.withFile("opt/f", 0644, "a")
                .withFile("opt/c1/f", 0644, "a")
                .withFile("opt/d1/f", 0644, "a")
                .withFile("etc/f", 0644, "a")
                .withFile("etc/f.conf", 0644, "a")
                .withFile("etc/g", 0644, "a")
                .withFile("srv/f", 0644, "a")),
        rule(
            "a directory of the base's",
            "mkdir -m 700 srv/d && chown 5:6 srv/d",
            A.withDirectory("srv/d", 0755).withFile("srv/d/f", 0644, "a")),
        rule(
            "a directory of two packages",
            "true",
            SIZED.withDirectory("srv/d", Attributes.of(01777).withOwner(5, 6).withNames("", "")),
            B.info("size", "4096")
                .withDirectory("srv/d", Attributes.of(0750).withOwner(4, 7).withNames("", ""))),
        rule(
            "a directory of two packages, the second of which is the first by name",
            "true",
            Z.withDirectory("srv/d", Attributes.of(01777).withOwner(5, 6).withNames("", "")),
            A_AFTER_Z.withDirectory(
                "srv/d", Attributes.of(02750).withOwner(4, 7).withNames("", ""))),
        rule(
            "a directory of two packages, the second with priority",
            "true",
            SIZED.withDirectory("srv/d", 0750),
            B.info("size", "4096").info("replaces_priority", "1").withDirectory("srv/d", 0711)),
        rule(
            "a directory of two packages, the second of which is named as the origin",
            "true",
            SIZED.origin("b").withDirectory("srv/d", 0750),
            B.info("size", "4096").origin("b").withDirectory("srv/d", 0711)),
        rule(
            "a directory of two packages, the first of which is named as the origin",
            "true",
            Z.origin("z").withDirectory("srv/d", 0750),
            A_AFTER_Z.origin("z").withDirectory("srv/d", 0711)),
        rule(
            "a directory of the base's package, listed by two others",
            "true",
            SIZED.withDirectory("srv", 0750),
            AnApk.named("Z").depends("a").info("size", "4096").withDirectory("srv", 0711)),
        rule(
            "a directory of the base's package that was changed, listed by two others",
            "chmod 700 srv",
            SIZED.withDirectory("srv", 0750),
            AnApk.named("Z").depends("a").info("size", "4096").withDirectory("srv", 0711)),
        rule(
            "a directory in one with setgid",
            "true",
            Z.withDirectory("srv/d", 0755),
            A_AFTER_Z.withDirectory("srv/d", 02775).withDirectory("srv/d/e", 0750)),
        rule(
            "a directory of three packages",
            "true",
            Z.withDirectory("srv/d", 0777),
            AnApk.named("k").depends("z").info("size", "4096").withDirectory("srv/d", 0770),
            AnApk.named("m").depends("k").info("size", "4096").withDirectory("srv/d", 0707)),
        rule(
            "a directory that is a link in the base",
            "mkdir opt/real && ln -s /opt/real srv/d",
            A.withDirectory("srv/d", 0700).withFile("srv/d/f", 0644, "a")),
        rule(
            "hidden files at the top, and files that keep directories",
            "true",
            A.withFile(".hidden", 0644, "a").withFile("srv/d/.keep_dir", 0644, "")),
        rule(
            "a newer package and its files in etc: changed ones are kept, dropped ones removed",
            "echo more >> etc/motd && echo more >> etc/hostname && rm etc/services &&"
                + " echo more >> etc/modules && printf new > etc/protocols",
            LAYOUT
                .withFile("etc/motd", 0644, "new")
                .withFile("etc/hosts", 0640, "new")
                .withFile("etc/services", 0644, "new")
                .withFile("etc/protocols", 0600, "new")
                .withFile("srv/new", 0644, "new"),
            DIRECTORIES,
            B.depends("alpine-baselayout>=99")),
        rule(
            "a newer package that turns a file into a link, and a link into a file",
            "true",
            LAYOUT.withLink("etc/motd", "issue").withFile("etc/mtab", 0644, "table"),
            DIRECTORIES,
            B.depends("alpine-baselayout>=99")),
        rule("a removed package", "true", B.depends("!ssl_client")),
        rule(
            "a removed package with a changed file",
            "echo more >> usr/bin/ssl_client",
            B.depends("!ssl_client")),
        rule(
            "a removed package in a directory that the base protects",
            "mkdir -p etc/apk/protected_paths.d && echo +usr/bin >"
                + " etc/apk/protected_paths.d/b.list",
            B.depends("!ssl_client")),
        rule(
            "a removed package with a changed file in a directory that the base protects",
            "mkdir -p etc/apk/protected_paths.d && echo +usr/bin > etc/apk/protected_paths.d/b.list"
                + " && echo more >> usr/bin/ssl_client",
            B.depends("!ssl_client")),
        rule("a pipe", "true", SIZED.withEntry(new TarEntry.Fifo("srv/pipe", PLAIN))),
        rule(
            "a package of size 0",
            "true",
            A.withDirectory("srv/d", 0711).withFile("srv/d/f", 0644, "a").info("size", "0")));
  }

  /** Capabilities, cap_setuid among them, in version 2: bytes above 127 and zeros. */
  private static final String CAPABILITY =
      new String(
          new byte[] {1, 0, 0, 2, (byte) 0xc0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
          java.nio.charset.StandardCharsets.ISO_8859_1);

  /** Each in two roots of its own. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  @Execution(ExecutionMode.CONCURRENT)
  void isDecidedAsByApk(String rule, String base, AnApk... packages) throws Exception {
    try (SideBySide both = SideBySide.over(release.archive(), base, packages)) {
      String last = packages[packages.length - 1].name();

      List<String> differences = both.install(last).differences();
      if (release == Release.APK_3 && TAKEN_OVER.contains(rule)) {
        // apk 3.0.3 leaves the file in the former owner's list, too; later ones do not.
        assertThat(both.installedLines("R:f")).containsExactly(2L, 1L);
        differences = differences.stream().filter(each -> !each.startsWith(DATABASE)).toList();
      }
      assertThat(differences).isEmpty();
    }
  }

  /** apk 3 lets any package take a file over from a build that another one is to replace. */
  @Test
  void aFileThatANewerBuildOfItsOwnerLacksIsDecidedAsByApk() throws Exception {
    AnApk heir = A.withFile("etc/motd", 0644, "a").withFile("etc/inittab.d/f", 0644, "a");
    AnApk newer = DIRECTORIES.depends("alpine-baselayout-data=99-r0", "/bin/sh", "a");
    AnApk tool = B.depends("alpine-baselayout>=99");
    try (SideBySide both = SideBySide.over(release.archive(), "true", heir, LAYOUT, newer, tool)) {
      if (release == Release.APK_3) {
        assertThat(both.install("b").differences()).isEmpty();
      } else {
        assertThat(both.apk("b")).contains("ERROR", "trying to overwrite etc/motd");
        assertThatThrownBy(
                () ->
                    new SandboxBuilder(both.upstream().settings(), Progress.silent())
                        .build(List.of(ASmallUpstream.image("b"))))
            .isInstanceOf(VerificationException.class)
            .hasMessageContaining("trying to overwrite /etc/motd");
      }
    }
  }

  @Test
  void theSandboxUserIsAddedToFilesOfANewerPackage() throws Exception {
    AnApk tool = B.depends("alpine-baselayout>=99");
    try (SideBySide both =
        SideBySide.over(release.archive(), "true", LAYOUT, DIRECTORIES, tool).install("b")) {
      assertThat(both.text("etc/passwd")).contains("\nnewer:x:7:7:", "\nopencode:x:1000:1000:");
      assertThat(both.text("etc/group")).contains("\nnewer:x:7:", "\nopencode:x:1000:");
    }
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void isRefusedAsByApk(String reason, AnApk... packages) throws Exception {
    try (SideBySide both = SideBySide.over(release.archive(), "true", packages)) {
      String last = packages[packages.length - 1].name();

      assertThat(both.apk(last)).contains("ERROR", reason);
      assertThatThrownBy(
              () ->
                  new SandboxBuilder(both.upstream().settings(), Progress.silent())
                      .build(List.of(ASmallUpstream.image(last))))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining(reason)
          .hasMessageContaining("a-1.0-r0")
          .hasMessageContaining("b-1.0-r0");
    }
  }

  @Test
  void aFileWhoseDirectoryIsNotListedIsRefusedAsByApk() throws Exception {
    AnApk loose = A.withFile("srv/f", 0644, "a").withoutItsFolders();
    try (SideBySide both = SideBySide.over(release.archive(), "true", loose)) {
      assertThat(both.apk("a")).contains("ERROR", "srv/f: no dirent in archive");
      assertThatThrownBy(
              () ->
                  new SandboxBuilder(both.upstream().settings(), Progress.silent())
                      .build(List.of(ASmallUpstream.image("a"))))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("a-1.0-r0.apk: srv/f is in the directory srv,");
    }
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of(
            "trying to overwrite",
            new AnApk[] {A.withFile("srv/f", 0644, "a"), B.withFile("srv/f", 0644, "b")}),
        Arguments.of(
            "trying to overwrite",
            new AnApk[] {
              A.withFile("srv/f", 0644, "a"), B.replaces("a>2").withFile("srv/f", 0644, "b")
            }));
  }
}
