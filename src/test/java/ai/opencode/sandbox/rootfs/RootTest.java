package ai.opencode.sandbox.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.failure.VerificationException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A root keeps the state in which it was built. */
class RootTest {

  private static final Node DIRECTORY = Node.directory(0755, 0, 0);
  private static final Node FILE =
      Node.file(new Access(0644, 0, 0), "text".getBytes(StandardCharsets.UTF_8));

  @Test
  void startsWithTheRootDirectory() {
    assertThat(Root.builder().build().nodes()).containsOnlyKeys("");
  }

  @Test
  void neverChanges() {
    Root root = root();

    assertThatThrownBy(() -> root.nodes().put("new", FILE))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> root.below("usr").clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void anotherRootIsMadeFromItAndItStays() {
    Root root = root();
    Root.Builder builder = root.toBuilder();
    builder.put("usr/new", FILE);
    builder.remove("usr/bin");
    Root other = builder.build();

    assertThat(other.nodes()).containsKey("usr/new").doesNotContainKey("usr/bin/tool");
    assertThat(root.nodes()).doesNotContainKey("usr/new").containsKey("usr/bin/tool");
  }

  @Test
  void aFinishedBuilderChangesNothing() {
    Root.Builder builder = root().toBuilder();
    Root built = builder.build();

    assertThatThrownBy(() -> builder.put("new", FILE)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder.remove("usr")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder.empty("usr")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
    assertThat(built.nodes()).isEqualTo(root().nodes());
  }

  @Test
  void theBuilderSeesItsOwnChanges() {
    Root.Builder builder = root().toBuilder();
    builder.put("usr/bin/other", FILE);
    builder.put("sbin", Node.link("usr/bin"));

    assertThat(builder.get("usr/bin/other")).isEqualTo(FILE);
    assertThat(builder.resolve("sbin/other")).isEqualTo("usr/bin/other");
    assertThat(builder.pathsBelow("usr/bin")).containsExactly("usr/bin/other", "usr/bin/tool");
  }

  @Test
  void aFileInPlaceOfADirectoryTakesItsContentsAway() {
    Root.Builder builder = root().toBuilder();
    builder.put("usr/bin", FILE);

    assertThat(builder.build().nodes()).containsKey("usr/bin").doesNotContainKey("usr/bin/tool");
  }

  @Test
  void aDirectoryInPlaceOfADirectoryKeepsItsContents() {
    Root.Builder builder = root().toBuilder();
    builder.put("usr/bin", Node.directory(0700, 0, 0));

    assertThat(builder.build().nodes()).containsKey("usr/bin/tool");
  }

  @Test
  void keepsPathsThatOnlyShareAPrefix() {
    Root.Builder builder = root().toBuilder();
    builder.put("usr/bin-old", FILE);
    builder.put("usr/bin.d", FILE);
    builder.put("usr/bin0", FILE);
    builder.remove("usr/bin");

    assertThat(builder.build().below("usr"))
        .containsOnlyKeys("usr/bin-old", "usr/bin.d", "usr/bin0");
  }

  @Test
  void emptyingKeepsTheDirectory() {
    Root.Builder builder = root().toBuilder();
    builder.empty("usr");

    assertThat(builder.isEmpty("usr")).isTrue();
    assertThat(builder.build().nodes()).containsKey("usr").doesNotContainKey("usr/bin");
  }

  @ParameterizedTest
  @CsvSource({
    "usr/bin/tool, usr/bin/tool",
    "bin/tool, usr/bin/tool",
    "a/tool, usr/bin/tool",
    "up/tool, usr/bin/tool",
    "bin/../lib, usr/lib",
    "../../usr, usr",
    "usr//bin/./tool, usr/bin/tool",
    "none/of/it, none/of/it",
    "bin/none, usr/bin/none",
  })
  void followsLinks(String path, String expected) {
    assertThat(linked().resolve(path)).isEqualTo(expected);
  }

  @Test
  void aPlaceKeepsItsLastName() {
    assertThat(linked().place("bin")).isEqualTo("bin");
    assertThat(linked().place("a/bin")).isEqualTo("usr/bin/bin");
    assertThat(linked().place("bin/tool")).isEqualTo("usr/bin/tool");
  }

  @Test
  void linksInACircleAreRefused() {
    Root.Builder builder = Root.builder();
    builder.put("one", Node.link("two"));
    builder.put("two", Node.link("one"));
    Root root = builder.build();

    assertThatThrownBy(() -> root.resolve("one/x"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("is part of a cycle");
  }

  @Test
  void readsContentsThroughLinks() {
    assertThat(linked().text("bin/tool")).contains("text");
    assertThat(linked().text("bin/none")).isEmpty();
    assertThat(linked().bytes("usr")).isEmpty();
  }

  @Test
  void listsTheFilesOfAPackage() {
    Root.Builder builder = root().toBuilder();
    builder.put("usr/bin/b", FILE.withOwner(new PackageId("tools")));
    builder.put("usr/bin/a", FILE.withOwner(new PackageId("tools")));
    builder.put("usr/bin/c", FILE.withOwner(new PackageId("others")));

    assertThat(builder.build().ownedBy(new PackageId("tools")))
        .containsExactly("usr/bin/a", "usr/bin/b");
  }

  private static Root linked() {
    Root.Builder builder = root().toBuilder();
    builder.put("bin", Node.link("usr/bin"));
    builder.put("a", Node.link("/bin"));
    builder.put("usr/up", DIRECTORY);
    builder.put("up", Node.link("usr/up/../bin"));
    return builder.build();
  }

  private static Root root() {
    Root.Builder builder = Root.builder();
    builder.put("usr", DIRECTORY);
    builder.put("usr/bin", DIRECTORY);
    builder.put("usr/bin/tool", FILE);
    return builder.build();
  }
}
