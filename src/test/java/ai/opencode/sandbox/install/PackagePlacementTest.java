package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.install.Obstacle.Kind;
import ai.opencode.sandbox.install.PlacedEntry.Recorded;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The places of a package's entries, and the reasons why it is not stored verbatim. */
class PackagePlacementTest {

  private static final AnApk TOOL = AnApk.named("tool").info("size", "4096");

  private final Root.Builder below = Root.builder();
  private @Nullable InstallationState state;

  @Nested
  class OfAnOrdinaryPackage {

    @Test
    void areThoseThatItLists() throws IOException {
      PlacedPackage placed =
          place(TOOL.withFile("usr/bin/tool", 04755, "tool").withLink("usr/bin/t", "tool"));

      assertThat(placed.obstacles()).isEmpty();
      assertThat(placed.entries()).allMatch(PlacedEntry::isAsListed);
      assertThat(placed.entries())
          .extracting(PlacedEntry::path)
          .containsExactly("usr", "usr/bin", "usr/bin/tool", "usr/bin/t");
      assertThat(placed.entries())
          .extracting(PlacedEntry::recorded)
          .containsExactly(
              new Recorded(Access.ofRoot(0755), null),
              new Recorded(Access.ofRoot(0755), null),
              new Recorded(Access.ofRoot(04755), AFetchedPackage.sha1(bytes("tool"))),
              new Recorded(Access.ofRoot(0777), AFetchedPackage.sha1(bytes("tool"))));
    }

    @Test
    void areInTheRoot() throws IOException {
      place(TOOL.withFile("usr/bin/tool", 04755, "tool").withLink("usr/bin/t", "tool"));

      assertThat(node("usr/bin").isDirectory()).isTrue();
      assertThat(node("usr/bin/tool").type()).isEqualTo(Node.Type.FILE);
      assertThat(node("usr/bin/tool").access()).isEqualTo(Access.ofRoot(04755));
      assertThat(node("usr/bin/tool").owner()).isEqualTo(new PackageId("tool"));
      assertThat(node("usr/bin/tool").content()).isNull();
      assertThat(node("usr/bin/t").type()).isEqualTo(Node.Type.LINK);
      assertThat(node("usr/bin/t").target()).isEqualTo("tool");
    }

    @Test
    void keepTheContentsThatABuildReads() throws IOException {
      place(TOOL.withFile("etc/passwd", 0644, "root"), Map.of("etc/passwd", bytes("root")));

      assertThat(node("etc/passwd").content()).isEqualTo(bytes("root"));
    }
  }

  @Nested
  class Reasons {

    @Test
    void anEntryThatApkIgnores() throws IOException {
      assertThat(obstacles(TOOL.withFile(".hidden", 0644, "").withFile("d/.keep_me", 0644, "")))
          .containsExactly(
              new Obstacle.AtPath(Kind.LEFT_OUT, ".hidden"),
              new Obstacle.AtPath(Kind.LEFT_OUT, "d/.keep_me"));
      assertThat(root().get(".hidden")).isNull();
      assertThat(root().get("d/.keep_me")).isNull();
    }

    @Test
    void aPathThatIsListedTwice() throws IOException {
      assertThat(obstacles(TOOL.withDirectory("d", 0755).withDirectory("d", 0700)))
          .containsExactly(new Obstacle.AtPath(Kind.LISTED_TWICE, "d"));
    }

    @Test
    void aLinkOfTheBaseInTheWay() throws IOException {
      below.put("real", Node.directory(0755, 0, 0));
      below.put("link", Node.link("real"));

      PlacedPackage placed = place(TOOL.withFile("link/f", 0644, ""));

      assertThat(placed.obstacles())
          .containsExactly(
              new Obstacle.DirectoryIsLink("link", "real"),
              new Obstacle.ThroughLink("link/f", "real/f"));
      assertThat(placed.entries()).extracting(PlacedEntry::path).containsExactly("real", "real/f");
    }

    @Test
    void anOwnerOfAnotherNumber() throws IOException {
      below.put("etc", Node.directory(0755, 0, 0));
      below.put("etc/passwd", Node.file(Access.ofRoot(0644), bytes("tools:x:70:0:::\n")));
      below.put("etc/group", Node.file(Access.ofRoot(0644), bytes("tools:x:71:\n")));
      Attributes attributes =
          new Attributes(new Access(0644, 500, 500), "tools", "tools", 0, Map.of());

      PlacedPackage placed = place(TOOL.withFile("srv", attributes, ""));

      assertThat(placed.obstacles()).containsExactly(new Obstacle.OtherOwner("srv", "tools:tools"));
      assertThat(node("srv").access()).isEqualTo(new Access(0644, 70, 71));
      assertThat(placed.entries().get(0).recorded())
          .isEqualTo(new Recorded(new Access(0644, 70, 71), AFetchedPackage.sha1(new byte[0])));
    }

    @Test
    void aRecordThatEnginesMayInterpret() throws IOException {
      Map<String, String> pax =
          Map.of("APK-TOOLS.other", "1", "acme.note", "1", "SCHILY.xattr.user.a", "1");

      assertThat(obstacles(TOOL.withFile("f", Attributes.of(0644).withPax(pax), "")))
          .containsExactly(
              new Obstacle.RefusedAttribute("f", "SCHILY.xattr.user.a"),
              new Obstacle.UnknownRecord("f", "acme.note"));
    }

    @Test
    void noCapabilityOfAFileButOneOfADirectory() throws IOException {
      Map<String, String> pax = Map.of("SCHILY.xattr.security.capability", "\1\0\0\2");
      Attributes attributes = Attributes.of(0755).withPax(pax);

      assertThat(obstacles(TOOL.withFile("f", attributes, ""))).isEmpty();
      assertThat(obstacles(TOOL.withDirectory("d", attributes)))
          .containsExactly(new Obstacle.RefusedAttribute("d", "SCHILY.xattr.security.capability"));
    }

    @Test
    void aDeviceOrAPipe() throws IOException {
      assertThat(
              obstacles(
                  TOOL.withFile("f", 0644, "")
                      .withEntry(new TarEntry.Device("n", Attributes.of(0666), false, 1, 3))
                      .withEntry(new TarEntry.Fifo("p", Attributes.of(0600)))))
          .containsExactly(
              new Obstacle.AtPath(Kind.SPECIAL_FILE, "n"),
              new Obstacle.AtPath(Kind.SPECIAL_FILE, "p"));
      assertThat(node("n").type()).isEqualTo(Node.Type.OTHER);
    }

    @Test
    void aParentThatIsNotListed() throws IOException {
      assertThat(obstacles(TOOL.withDirectory("a/b", 0700).withoutItsFolders()))
          .containsExactly(new Obstacle.AtPath(Kind.UNLISTED_DIRECTORY, "a"));
      assertThat(node("a")).isEqualTo(Node.directory(0755, 0, 0));
      assertThat(node("a/b").mode()).isEqualTo(0700);
    }

    @Test
    void aHardLinkOfAnotherOwner() throws IOException {
      TarEntry link =
          new TarEntry.HardLink(
              "l", new Attributes(new Access(0644, 1, 2), "", "", 0, Map.of()), "f");

      assertThat(obstacles(TOOL.withFile("f", 0644, "").withEntry(link)))
          .containsExactly(new Obstacle.AtPath(Kind.HARD_LINK_OWNER, "l"));
      assertThat(node("f").access()).isEqualTo(new Access(0644, 1, 2));
      assertThat(node("l").access()).isEqualTo(new Access(0644, 1, 2));
    }

    @Test
    void aProtectedFileWithTheSameContent() throws IOException {
      file("etc/conf", "same");

      PlacedPackage placed = place(TOOL.withFile("etc/conf", 0600, "same"));

      assertThat(placed.obstacles())
          .containsExactly(new Obstacle.AtPath(Kind.ALREADY_THERE, "etc/conf"));
      assertThat(placed.entries().get(1).path()).isNull();
      assertThat(placed.entries().get(1).recorded())
          .isEqualTo(new Recorded(Access.ofRoot(0600), AFetchedPackage.sha1(bytes("same"))));
      assertThat(node("etc/conf").mode()).isEqualTo(0644);
      assertThat(node("etc/conf").owner()).isEqualTo(new PackageId("tool"));
    }

    @Test
    void aProtectedFileThatWasChanged() throws IOException {
      file("etc/conf", "changed");

      PlacedPackage placed = place(TOOL.withFile("etc/conf", 0600, "new"));

      assertThat(placed.obstacles())
          .containsExactly(new Obstacle.AtPath(Kind.CHANGED_FILE_STAYS, "etc/conf"));
      assertThat(placed.entries().get(1).path()).isEqualTo("etc/conf.apk-new");
      assertThat(node("etc/conf").owner()).isNull();
      assertThat(node("etc/conf.apk-new").mode()).isEqualTo(0600);
    }

    @Test
    void aPackageOfSizeZero() throws IOException {
      PlacedPackage placed = place(TOOL.withFile("f", 0644, "").info("size", "0"));

      assertThat(placed.obstacles()).containsExactly(new Obstacle.NotUnpacked());
      assertThat(placed.entries()).extracting(PlacedEntry::path).containsExactly((String) null);
      assertThat(obstacles(TOOL.info("size", "0"))).isEmpty();
    }
  }

  @Nested
  class Refusals {

    @Test
    void aFileThatADirectoryBelowHides() {
      below.put("d", Node.directory(0755, 0, 0));

      refuses(TOOL.withFile("d", 0644, ""), "d is a file, but a directory in the layers below");
    }

    @Test
    void aDirectoryThatAFileBelowHides() {
      file("f", "");

      refuses(
          TOOL.withDirectory("f", 0755).info("size", "4096"),
          "f is a directory, but a file in the layers below");
      refuses(
          TOOL.withDirectory("f/d", 0755).withoutItsFolders().info("size", "4096"),
          "f/d is in /f, which is not a directory in the layers below");
    }

    @Test
    void aFileWithoutItsDirectory() {
      refuses(
          TOOL.withFile("d/f", 0644, "").withoutItsFolders(),
          "d/f is in the directory d, which the package does not list before it");
    }

    private void refuses(AnApk apk, String reason) {
      assertThatThrownBy(() -> place(apk))
          .isInstanceOf(VerificationException.class)
          .hasMessageStartingWith("tool-1.0-r0.apk: " + reason);
    }
  }

  private List<Obstacle> obstacles(AnApk apk) throws IOException {
    return place(apk).obstacles();
  }

  private PlacedPackage place(AnApk apk) throws IOException {
    return place(apk, Map.of());
  }

  private PlacedPackage place(AnApk apk, Map<String, byte[]> contents) throws IOException {
    Root.Builder copy = Root.builder();
    for (String path : below.pathsBelow("")) {
      copy.put(path, Objects.requireNonNull(below.get(path)));
    }
    state = new InstallationState(copy.build(), InstalledDatabase.empty(), Set.of());
    return new PackagePlacement(state, AFetchedPackage.of(apk), contents).place();
  }

  private Root.Builder root() {
    return Objects.requireNonNull(state).root;
  }

  private Node node(String path) {
    return Objects.requireNonNull(root().get(path), path);
  }

  private void file(String path, String text) {
    if (path.contains("/")) {
      below.put(Root.parent(path), Node.directory(0755, 0, 0));
    }
    below.put(path, Node.file(Access.ofRoot(0644), bytes(text)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
