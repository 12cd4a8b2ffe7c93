package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.apk.Triggers;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The files of apk's database, in the form that the base's apk gives them. */
class DatabaseFilesTest {

  private static final AnApk APK_3 = AnApk.named("apk-tools").version("3.0.1-r0");
  private static final AnApk OLD = scripted("bbb", "1.0-r0");
  private static final AnApk REBUILT = scripted("bbb", "2.0-r0");
  private static final AnApk STAYING = scripted("ddd", "1.0-r0");
  private static final AnApk FIRST = scripted("aaa", "1.0-r0");
  private static final AnApk SECOND = scripted("ccc", "1.0-r0");

  private final AStagedRoot root = new AStagedRoot();

  private static AnApk scripted(String name, String version) {
    return AnApk.named(name)
        .version(version)
        .script("post-install", "echo " + name)
        .script("trigger", "echo trigger")
        .triggers("/usr/" + name);
  }

  @Nested
  class Installed {

    @Test
    void listsPackagesOfTheBaseAndNewOnes() throws Exception {
      root.before(OLD).installing(FIRST);

      assertThat(text(written(), "lib/apk/db/installed"))
          .isEqualTo(root.layered().database().installed().toText())
          .contains("P:aaa\n", "P:bbb\n");
    }

    @Test
    void isWrittenInTheDirectoryOfTheBase() throws Exception {
      AStagedRoot wolfi = new AStagedRoot().without("lib/apk/db/installed").installing(FIRST);
      wolfi.withFile("usr/lib/apk/db/installed", "");

      assertThat(written(wolfi))
          .containsKeys(
              "usr/lib/apk/db/installed", "usr/lib/apk/db/scripts.tar", "usr/lib/apk/db/triggers")
          .doesNotContainKey("lib/apk/db/installed");
    }
  }

  @Nested
  class TheWorld {

    @Test
    void isWhatTheImageRequests() throws Exception {
      root.withFile("etc/apk/world", "older\n");

      assertThat(text(written(root, "zzz", "tool>2"), "etc/apk/world")).isEqualTo("tool>2\nzzz\n");
    }

    @Test
    void isWrittenForABaseWithoutOne() throws Exception {
      assertThat(text(written(root.without("etc/apk/world"), "tool"), "etc/apk/world"))
          .isEqualTo("tool\n");
    }
  }

  @Nested
  class TriggersFile {

    private static final String PLACE = "lib/apk/db/triggers";

    @Test
    void addsNewPackagesAsTheyWereInstalled() throws Exception {
      root.before(STAYING).withFile(PLACE, line(STAYING)).installing(SECOND, FIRST);

      assertThat(text(written(), PLACE)).isEqualTo(line(STAYING) + line(SECOND) + line(FIRST));
    }

    @Test
    void losesOtherBuildsAndRemovedPackages() throws Exception {
      root.before(OLD).withFile(PLACE, line(SECOND) + line(OLD)).installing(REBUILT);

      assertThat(text(written(), PLACE)).isEqualTo(line(REBUILT));
    }

    @Test
    void isInTheDatabasesOrderForApk3() throws Exception {
      root.before(APK_3, STAYING).withFile(PLACE, line(STAYING)).installing(SECOND, FIRST);

      assertThat(text(written(), PLACE)).isEqualTo(line(FIRST) + line(SECOND) + line(STAYING));
    }

    @Test
    void isNotWrittenWithoutTriggers() throws Exception {
      root.installing(AnApk.named("plain"));

      assertThat(written()).doesNotContainKey(PLACE);
    }

    @Test
    void isEmptiedIfNoneIsLeft() throws Exception {
      root.before(OLD).withFile(PLACE, line(OLD)).installing(AnApk.named("bbb").version("2.0-r0"));

      assertThat(text(written(), PLACE)).isEmpty();
    }

    private String line(AnApk apk) {
      return Triggers.NONE.with(apk.toPackage(), List.of("/usr/" + apk.name())).toText();
    }
  }

  @Nested
  class Scripts {

    private static final String PLAIN = "lib/apk/db/scripts.tar";
    private static final String GZIPPED = "lib/apk/db/scripts.tar.gz";

    @Test
    void areAddedAsTheyWereInstalled() throws Exception {
      root.installing(SECOND, FIRST);

      assertThat(names(written(), PLAIN))
          .containsExactly(
              name(SECOND, "post-install"),
              name(SECOND, "trigger"),
              name(FIRST, "post-install"),
              name(FIRST, "trigger"));
    }

    @Test
    void ofANewBuildAreInThePlaceOfTheOldOnes() throws Exception {
      root.before(OLD, STAYING).withFile(PLAIN, archive(OLD, STAYING)).installing(FIRST, REBUILT);

      assertThat(names(written(), PLAIN))
          .containsExactly(
              name(REBUILT, "post-install"),
              name(REBUILT, "trigger"),
              name(STAYING, "post-install"),
              name(STAYING, "trigger"),
              name(FIRST, "post-install"),
              name(FIRST, "trigger"));
    }

    @Test
    void ofPackagesThatAreNotInstalledAreRemoved() throws Exception {
      root.withFile(PLAIN, archive(STAYING)).installing(FIRST);

      assertThat(names(written(), PLAIN))
          .containsExactly(name(FIRST, "post-install"), name(FIRST, "trigger"));
    }

    @Test
    void haveTheNamesAndTheOrderOfApk3() throws Exception {
      root.before(APK_3, STAYING).withFile(PLAIN, archive(STAYING)).installing(SECOND, FIRST);

      assertThat(names(written(), PLAIN))
          .containsExactly(
              nameOfApk3(FIRST, "post-install"),
              nameOfApk3(FIRST, "trigger"),
              nameOfApk3(SECOND, "post-install"),
              nameOfApk3(SECOND, "trigger"),
              nameOfApk3(STAYING, "post-install"),
              nameOfApk3(STAYING, "trigger"));
    }

    @Test
    void stayCompressed() throws Exception {
      root.before(STAYING)
          .withFile(GZIPPED, new ScriptArchive(Map.of()).toBytes(true))
          .installing(FIRST);

      assertThat(written()).doesNotContainKey(PLAIN);
      assertThat(names(written(), GZIPPED))
          .containsExactly(nameOfApk3(FIRST, "post-install"), nameOfApk3(FIRST, "trigger"));
    }

    private byte[] archive(AnApk... apks) throws IOException {
      ScriptArchive scripts = new ScriptArchive(Map.of());
      for (AnApk each : apks) {
        scripts =
            scripts.with(
                each.toPackage(), Map.of("post-install", new byte[1], "trigger", new byte[1]));
      }
      return scripts.toBytes(false);
    }

    private List<String> names(SortedMap<String, Node> files, String path) throws IOException {
      return new ArrayList<>(
          ScriptArchive.parse(bytes(files, path), path.endsWith(".gz"), path).scripts().keySet());
    }

    private String name(AnApk apk, String kind) {
      return apk.toPackage().label() + "." + apk.toPackage().checksum() + "." + kind;
    }

    private String nameOfApk3(AnApk apk, String kind) {
      return apk.toPackage().label() + ".X1" + apk.toPackage().checksum().hex() + "." + kind;
    }
  }

  private SortedMap<String, Node> written() throws IOException {
    return written(root);
  }

  private static SortedMap<String, Node> written(AStagedRoot staged, String... requested)
      throws IOException {
    Root.Builder view = staged.layered().view().toBuilder();
    Overlay overlay = new Overlay(view, Set.of());
    new DatabaseFiles(staged.layered()).write(overlay, World.parse(String.join(" ", requested)));
    SortedMap<String, Node> nodes = new TreeMap<>();
    overlay.entries().forEach((path, each) -> nodes.put(path, each.node()));
    return nodes;
  }

  private static String text(SortedMap<String, Node> files, String path) {
    return new String(bytes(files, path), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(SortedMap<String, Node> files, String path) {
    Node entry = Objects.requireNonNull(files.get(path), path);
    assertThat(entry.mode()).isEqualTo(0644);
    return Objects.requireNonNull(entry.content());
  }
}
