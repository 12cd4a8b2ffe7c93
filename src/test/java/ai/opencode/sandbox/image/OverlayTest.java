package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.definition.FileContent;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Files and directories on top of the packages, and the parents that they need. */
class OverlayTest {

  private final Root.Builder root = Root.builder();
  private final Overlay overlay = new Overlay(root, Set.of());

  @BeforeEach
  void makeRoot() {
    root.put("etc", Node.directory(0750, 3, 4));
    root.put("etc/motd", Node.file(new Access(0640, 1, 2), bytes("before")));
    root.put("home", Node.directory(0755, 0, 0));
    root.put("linked", Node.link("home"));
  }

  @Nested
  class AFile {

    @Test
    void isWrittenWithItsAttributes() {
      overlay.file("etc/new", new Access(0604, 5, 6), bytes("text"));

      assertThat(entry("etc/new")).usingRecursiveComparison().isEqualTo(file(0604, 5, 6, "text"));
      assertThat(root.text("etc/new")).contains("text");
      assertThat(Objects.requireNonNull(root.get("etc/new")).access())
          .isEqualTo(new Access(0604, 5, 6));
    }

    @Test
    void replacesAnotherContent() {
      overlay.file("etc/motd", new Access(0640, 1, 2), bytes("after"));

      assertThat(entry("etc/motd")).usingRecursiveComparison().isEqualTo(file(0640, 1, 2, "after"));
    }

    @Test
    void getsOtherAttributes() {
      overlay.file("etc/motd", new Access(0644, 1, 2), bytes("before"));

      assertThat(entry("etc/motd").mode()).isEqualTo(0644);
    }

    @Test
    void isNotWrittenAgainUnchanged() {
      overlay.file("etc/motd", new Access(0640, 1, 2), bytes("before"));

      assertThat(overlay.entries()).isEmpty();
    }

    @Test
    void doesNotReplaceADirectory() {
      assertThatThrownBy(() -> overlay.file("home", new Access(0644, 0, 0), bytes("")))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "/home cannot be a file: the packages make it a directory. Choose another path.");
      assertThat(overlay.entries()).isEmpty();
    }

    @Test
    void isWrittenThroughLinks() {
      overlay.file("linked/a", new Access(0644, 0, 0), bytes("a"));

      assertThat(overlay.entries()).containsOnlyKeys("home", "home/a");
    }
  }

  @Nested
  class Content {

    @Test
    void leavesAFilesAttributes() {
      overlay.content("etc/motd", 0777, bytes("after"));

      assertThat(entry("etc/motd")).usingRecursiveComparison().isEqualTo(file(0640, 1, 2, "after"));
    }

    @Test
    void ofANewFileBelongsToRoot() {
      overlay.content("etc/new", 0600, bytes("text"));

      assertThat(entry("etc/new")).usingRecursiveComparison().isEqualTo(file(0600, 0, 0, "text"));
    }

    @Test
    void isThatOfTheFileBehindALink() {
      root.put("motd", Node.link("etc/motd"));

      overlay.content("motd", 0777, bytes("after"));

      assertThat(entry("etc/motd").mode()).isEqualTo(0640);
      assertThat(overlay.entries()).doesNotContainKey("motd");
    }
  }

  @Nested
  class ADirectory {

    @Test
    void isCreatedWithItsAttributes() {
      overlay.directory("home/user", new Access(0770, 1000, 7));

      assertThat(entry("home/user")).isEqualTo(Node.directory(0770, 1000, 7));
      assertThat(root.get("home/user")).isEqualTo(Node.directory(0770, 1000, 7));
    }

    @Test
    void getsOtherAttributes() {
      overlay.directory("home", new Access(0700, 0, 0));

      assertThat(entry("home").mode()).isEqualTo(0700);
      assertThat(root.get("home")).isEqualTo(Node.directory(0700, 0, 0));
    }

    @Test
    void isNotWrittenAgainUnchanged() {
      overlay.directory("home", new Access(0755, 0, 0));

      assertThat(overlay.entries()).isEmpty();
    }

    @Test
    void doesNotReplaceAFile() {
      assertThatThrownBy(() -> overlay.directory("etc/motd", new Access(0640, 1, 2)))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "/etc/motd cannot be a directory: the packages make it a file. Choose another path.");
    }

    @Test
    void isCreatedBehindALink() {
      overlay.directory("linked/user", new Access(0755, 0, 0));

      assertThat(overlay.entries()).containsOnlyKeys("home", "home/user");
    }
  }

  @Nested
  class Parents {

    @Test
    void areListedAsTheyAre() {
      overlay.file("etc/new", new Access(0644, 0, 0), bytes(""));

      assertThat(entry("etc")).isEqualTo(Node.directory(0750, 3, 4));
    }

    @Test
    void ofADirectoryAreListedToo() {
      overlay.directory("etc/new", new Access(0700, 0, 0));

      assertThat(overlay.entries().keySet()).containsExactly("etc", "etc/new");
    }

    @Test
    void areCreatedForRoot() {
      overlay.file("srv/a/b", new Access(0644, 9, 9), bytes(""));

      assertThat(overlay.entries().keySet()).containsExactly("srv", "srv/a", "srv/a/b");
      assertThat(entry("srv")).isEqualTo(Node.directory(0755, 0, 0));
      assertThat(entry("srv/a")).isEqualTo(Node.directory(0755, 0, 0));
      assertThat(root.get("srv/a")).isEqualTo(Node.directory(0755, 0, 0));
    }

    @Test
    void keepTheAttributesThatTheyWereGiven() {
      overlay.directory("home", new Access(0770, 1000, 0));
      overlay.file("home/a", new Access(0644, 0, 0), bytes(""));

      assertThat(entry("home")).isEqualTo(Node.directory(0770, 1000, 0));
    }

    @Test
    void areNotOnesThatJibCannotWrite() {
      root.put("tmp", Node.directory(01777, 0, 0));

      assertThatThrownBy(() -> overlay.file("tmp/a", new Access(0644, 0, 0), bytes("")))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "/tmp/a lies in /tmp, whose mode 1777 Jib cannot write. Choose another path.");
    }

    @Test
    void ofTheFirstLevelAreNotListed() {
      overlay.directory("srv", new Access(0700, 0, 0));

      assertThat(overlay.entries()).containsOnlyKeys("srv");
      assertThat(entry("srv")).isEqualTo(Node.directory(0700, 0, 0));
    }
  }

  @Test
  void aFileOfTheDefinitionHasItsContent() throws IOException {
    FileContent content = FileContent.of("text");
    overlay.file("srv/a", new Access(0644, 0, 0), content);
    overlay.file("srv/b", new Access(0644, 0, 0), bytes("other"));

    assertThat(entry("srv/a").mode()).isEqualTo(0644);
    assertThat(defined("srv/a")).contains(content);
    assertThat(defined("srv/b")).isEmpty();
    assertThat(defined("srv")).isEmpty();
  }

  @Test
  void aLinkIsAmongTheLinksAlone() {
    overlay.link("srv/new/link", "../a");

    assertThat(overlay.links()).containsOnly(Map.entry("srv/new/link", new Addition.Link("../a")));
    assertThat(overlay.entries()).isEmpty();
    assertThat(root.get("srv/new")).isEqualTo(Node.directory(0755, 0, 0));
  }

  @Test
  void aLinkTakesThePlaceOfAFile() {
    overlay.content("etc/motd", 0644, bytes("after"));
    overlay.link("etc/motd", "../run/motd");

    assertThat(overlay.entries()).containsOnlyKeys("etc");
    assertThat(overlay.links()).containsOnlyKeys("etc/motd");
  }

  @Test
  void twoFilesOfTheDefinitionDoNotShareAPlace() throws IOException {
    overlay.file("home/a", new Access(0644, 0, 0), FileContent.of("text"));
    overlay.link("home/b", "a");

    for (String path : List.of("linked/a", "linked/b")) {
      assertThatThrownBy(() -> overlay.link(path, "x"))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("the definition has another file there");
    }
  }

  @Test
  void entriesCannotBeChangedFromOutside() {
    overlay.directory("srv", new Access(0700, 0, 0));

    assertThatThrownBy(() -> overlay.entries().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  private Optional<FileContent> defined(String path) {
    return Objects.requireNonNull(overlay.entries().get(path), path).defined();
  }

  private Node entry(String path) {
    return Objects.requireNonNull(overlay.entries().get(path), path).node();
  }

  private static Node file(int mode, long uid, long gid, String text) {
    return Node.file(new Access(mode, uid, gid), bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
