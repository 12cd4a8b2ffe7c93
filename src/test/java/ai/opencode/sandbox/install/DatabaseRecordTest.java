package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.ListedEntry;
import ai.opencode.sandbox.install.PlacedEntry.Place;
import ai.opencode.sandbox.install.PlacedEntry.Recorded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The lines about a package's files in apk's database. */
class DatabaseRecordTest {

  private static final AnApk TOOL = AnApk.named("tool").withoutItsFolders();

  @Test
  void hasDirectoriesAndFilesInThePackagesOrder() throws IOException {
    AnApk apk =
        TOOL.withDirectory("usr", 0755)
            .withDirectory("usr/bin", 0755)
            .withFile("usr/bin/z", 0644, "z")
            .withFile("etc/conf", 0644, "c")
            .withFile("usr/bin/a", 0644, "a");

    assertThat(lines(apk))
        .containsExactly(
            "F:usr", "F:usr/bin", "R:z", z("z"), "R:a", z("a"), "F:etc", "R:conf", z("c"));
  }

  @Test
  void aFileOfTheRootDirectoryIsInTheEmptyPath() throws IOException {
    assertThat(lines(TOOL.withFile("init", 0644, "i"))).containsExactly("F:", "R:init", z("i"));
  }

  @Test
  void onlyUnusualOwnersAndModesAreWritten() throws IOException {
    AnApk apk =
        TOOL.withDirectory("a", 0755)
            .withDirectory("b", 01777)
            .withFile("b/plain", 0644, "")
            .withFile("b/program", 04755, "");

    assertThat(lines(apk))
        .containsExactly(
            "F:a", "F:b", "M:0:0:1777", "R:plain", z(""), "R:program", "a:0:0:4755", z(""));
  }

  /** The numbers in the database are those of the root, not those of the archive. */
  @Test
  void theAccessIsTheRecordedOne() throws IOException {
    AnApk apk = TOOL.withDirectory("var", 0755).withFile("var/x", 0644, "x");
    UnaryOperator<Recorded> owned =
        recorded -> new Recorded(new Access(recorded.access().mode(), 100, 101), recorded.sha1());

    assertThat(lines(placed(apk, owned)))
        .containsExactly("F:var", "M:100:101:755", "R:x", "a:100:101:644", z("x"));
  }

  @Test
  void aLinkHasTheChecksumOfItsText() throws IOException {
    assertThat(lines(TOOL.withLink("lib/it.so", "it.so.1")))
        .containsExactly("F:lib", "R:it.so", "a:0:0:777", z("it.so.1"));
  }

  @Test
  void devicesAndPipesHaveNoChecksum() throws IOException {
    AnApk apk =
        TOOL.withEntry(new TarEntry.Fifo("run/pipe", Attributes.of(0644)))
            .withFile("run/x", 0644, "x");

    Checksum sha1 = AFetchedPackage.sha1(bytes("x"));

    assertThat(lines(placed(apk, all -> new Recorded(all.access(), sha1))))
        .containsExactly("F:run", "R:pipe", "R:x", z("x"));
  }

  @Test
  void extendedAttributesHaveAChecksum() throws IOException {
    Attributes named = Attributes.of(0755).withPax(Map.of("SCHILY.xattr.user.it", "value"));

    assertThat(lines(TOOL.withFile("bin/ping", named, "p")).get(2))
        .matches("a:0:0:755:Q1[A-Za-z0-9+/]{27}=");
  }

  @Test
  void entriesThatApkDoesNotRecordAreLeftOut() throws IOException {
    AnApk apk = TOOL.withFile("a/x", 0644, "x").withFile("a/y", 0644, "y");

    assertThat(
            lines(
                placed(
                    apk,
                    recorded ->
                        AFetchedPackage.sha1(bytes("x")).equals(recorded.sha1())
                            ? null
                            : recorded)))
        .containsExactly("F:a", "R:y", z("y"));
  }

  @Test
  void describesThePackageItself() throws IOException {
    PlacedPackage placed = placed(TOOL, recorded -> recorded);

    assertThat(DatabaseRecord.of(placed))
        .isEqualTo(new InstalledPackage(placed.apk().pkg(), List.of()));
  }

  private static List<String> lines(AnApk apk) throws IOException {
    return lines(placed(apk, recorded -> recorded));
  }

  private static List<String> lines(PlacedPackage placed) {
    String text = new InstalledDatabase(List.of(DatabaseRecord.of(placed))).toText();
    return text.lines().filter(line -> line.matches("[FMRaZ]:.*")).toList();
  }

  /** Places a package; entries for which there is no record become those that have none. */
  private static PlacedPackage placed(AnApk apk, UnaryOperator<@Nullable Recorded> change)
      throws IOException {
    FetchedPackage fetched = AFetchedPackage.of(apk);
    return new PlacedPackage(
        fetched, fetched.entries().stream().map(each -> placed(each, change)).toList(), List.of());
  }

  private static PlacedEntry placed(ListedEntry listed, UnaryOperator<@Nullable Recorded> change) {
    Access access = listed.entry().attributes().access();
    return new PlacedEntry(
        listed,
        new Place(listed.path(), access),
        change.apply(new Recorded(access, listed.sha1())));
  }

  private static String z(String content) {
    return "Z:" + AFetchedPackage.sha1(bytes(content));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
