package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.InputStream;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules that every entry of a package follows. */
class EntryRulesTest {

  private static final Attributes PLAIN = Attributes.of(0644);

  @Nested
  class Paths {

    @Test
    void mayBeListedInAnyOrder() {
      accepts(directory("a"), file("a/b"), file("c/d"), directory("c"), file("ab"), file("a/bc"));
    }

    @Test
    void ofADirectoryMayBeListedTwice() {
      accepts(directory("a"), directory("a"));
    }

    @Test
    void ofAFileMayNot() {
      refuses("a is listed twice", file("a"), file("a"));
    }

    @Test
    void areNotOfAFileAndADirectory() {
      refuses("a is listed twice", file("a"), directory("a"));
      refuses("a is listed twice", directory("a"), file("a"));
    }

    @Test
    void areNotBelowAnEarlierFile() {
      refuses("a/b is below a, which is not a directory in the package", file("a"), file("a/b"));
    }

    @Test
    void areNotBelowAnEarlierLink() {
      refuses(
          "a/b/c/d is below a/b, which is not a directory in the package",
          directory("a"),
          link("a/b", "/"),
          file("a/b/c/d"));
    }

    @Test
    void areNotAboveALaterFile() {
      refuses("a is not a directory, but other entries are below it", file("a/b"), file("a"));
      refuses("a/b is not a directory, but other entries are below it", file("a/b/c"), file("a/b"));
      refuses(
          "a is not a directory, but other entries are below it", file("a/b/c"), link("a", "/"));
    }

    @Test
    void mayBeginLikeAFile() {
      accepts(file("a"), file("ab/c"), file("b.d/c"), file("b"));
    }
  }

  @Nested
  class HardLinks {

    @Test
    void areOfAnEarlierFile() {
      accepts(file("a"), new TarEntry.HardLink("b", PLAIN, "a"));
    }

    @Test
    void areNotOfALaterOne() {
      refuses(
          "b is a hard link to a, which is not an earlier file",
          new TarEntry.HardLink("b", PLAIN, "a"),
          file("a"));
    }

    @Test
    void areNotOfAnythingElse() {
      for (TarEntry each :
          new TarEntry[] {
            directory("a"), link("a", "c"), new TarEntry.Fifo("a", PLAIN), device("dev/a")
          }) {
        refuses(
            "b is a hard link to " + each.path() + ", which is not an earlier file",
            each,
            new TarEntry.HardLink("b", PLAIN, each.path()));
      }
    }

    @Test
    void areNotOfThemselves() {
      refuses(
          "a is a hard link to a, which is not an earlier file",
          new TarEntry.HardLink("a", PLAIN, "a"));
    }
  }

  @Nested
  class Links {

    @ParameterizedTest
    @CsvSource({
      "a, b",
      "a, /",
      "a, /b/../c",
      "a, ./b//c",
      "a/b, ..",
      "a/b, ../c",
      "a/b/c, ../..",
      "a/b/c, x/../../../d",
      "a, ..b",
      "a, b/c/../..",
      "a/b, ...",
    })
    void stayInTheRoot(String path, String target) {
      accepts(link(path, target));
    }

    @ParameterizedTest
    @CsvSource({
      "a, ..",
      "a, ../b",
      "a, b/../..",
      "a, b/../../c",
      "a, /..",
      "a, /a/../..",
      "a/b/c, /../d",
      "a/b, ../..",
      "a/b, .././../c",
      "a/b, ..//..",
      "a/b/c, ../../../etc",
    })
    void doNotLeaveIt(String path, String target) {
      refuses(path + " is a link to " + target + ", which leaves the root", link(path, target));
    }
  }

  @Nested
  class Devices {

    @Test
    void areInDev() {
      accepts(device("dev/null"), device("dev/net/tun"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "dev", "device/null", "usr/dev/null"})
    void areNowhereElse(String path) {
      refuses(path + " is a device outside of dev", device(path));
    }
  }

  @Nested
  class ExtendedAttributes {

    @ParameterizedTest
    @ValueSource(strings = {"trusted.overlay.opaque", "user.overlay.redirect", "system.posix_acl"})
    void doNotControlFileSystems(String name) {
      refuses(
          "a has the extended attribute " + name + ", which controls file systems",
          new TarEntry.Directory("a", with(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"security.capability", "user.comment", "security.selinux"})
    void mayBeOthers(String name) {
      accepts(new TarEntry.File("a", with(name), 0));
    }

    private Attributes with(String name) {
      return PLAIN.withPax(Map.of(Attributes.XATTR_PREFIX + name, "x"));
    }
  }

  private static void accepts(TarEntry... entries) {
    assertThatCode(() -> require(entries)).doesNotThrowAnyException();
  }

  private static void refuses(String message, TarEntry... entries) {
    assertThatThrownBy(() -> require(entries))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("a.apk: " + message + " (header at byte ");
  }

  private static void require(TarEntry... entries) throws Exception {
    try (TarReader tar =
        new TarReader(InputStream.nullInputStream(), "a.apk", TarLimits.alpinePackage())) {
      EntryRules rules = new EntryRules(tar);
      for (TarEntry each : entries) {
        rules.require(each);
      }
    }
  }

  private static TarEntry file(String path) {
    return new TarEntry.File(path, PLAIN, 0);
  }

  private static TarEntry directory(String path) {
    return new TarEntry.Directory(path, Attributes.of(0755));
  }

  private static TarEntry link(String path, String target) {
    return new TarEntry.SymbolicLink(path, Attributes.of(0777), target);
  }

  private static TarEntry device(String path) {
    return new TarEntry.Device(path, PLAIN, false, 1, 3);
  }
}
