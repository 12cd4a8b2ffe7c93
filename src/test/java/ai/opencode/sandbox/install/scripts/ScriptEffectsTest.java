package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The effects of several scripts on one root. */
class ScriptEffectsTest {

  private static final ApkPackage ONE = AnApk.named("one").toPackage();
  private static final ApkPackage TWO = AnApk.named("two").toPackage();

  private final Root.Builder root = Root.builder();
  private final ScriptEffects effects = new ScriptEffects(root);

  @Test
  void aFileThatIsMadeAgainIsNotDeleted() {
    root.put("a", Node.link("before"));
    effects.delete("a", ONE);
    effects.link("a", "after", TWO);

    assertThat(effects.deleted()).isEmpty();
    assertThat(effects.made()).containsOnlyKeys("a");
    assertThat(effects.authors()).containsExactly(ONE, TWO);
  }

  @Test
  void aFileThatIsMadeAndDeletedIsInNoLayer() {
    effects.link("a", "it", ONE);
    effects.delete("a", ONE);

    assertThat(effects.isEmpty()).isTrue();
    assertThat(effects.authors()).isEmpty();
    assertThat(root.get("a")).isNull();
  }

  @Test
  void aFileKeepsTheOwnerOfTheOneBefore() {
    PackageId owner = new PackageId("owner");
    root.put("a", Node.file(Access.ofRoot(0600), new byte[1]).withOwner(owner));

    effects.file("a", new byte[2], ONE);
    effects.file("b", new byte[2], ONE);

    assertThat(Objects.requireNonNull(root.get("a")).owner()).isEqualTo(owner);
    assertThat(Objects.requireNonNull(root.get("b")).owner()).isNull();
  }

  @Test
  void aDirectoryIsMadeWithItsParentsIfItIsMissing() {
    root.put("a", Node.directory(0700, 1, 1));
    root.put("link", Node.link("a"));

    effects.directory("link/b/c", ONE);
    effects.directory("a", ONE);

    assertThat(effects.made()).containsOnlyKeys("a/b", "a/b/c");
  }
}
