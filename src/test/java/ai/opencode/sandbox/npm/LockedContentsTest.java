package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The comparison of the names and versions in a lock with those in the tarballs. */
class LockedContentsTest {

  private static final LockedNpmPackage TOP =
      ALockedNpmPackage.of("node_modules/top", "1.2.3", ANpmTarball.named("top").integrity());
  private static final LockedNpmPackage INNER =
      ALockedNpmPackage.bundled("node_modules/top/node_modules/inner", "2.0.0");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\": \"top\", \"version\": \"1.2.3\"}",
        "\ufeff{\"name\": \"top\", \"version\": \"1.2.3\"}",
        "{\"name\": \"top\", \"version\": \"v1.2.3\"}",
        "{\"name\": \"top\", \"version\": \" =1.2.3 \"}",
        "{\"name\": \"top\", \"version\": \"1.2.3+build.7\"}",
        "{\"name\": \"old\", \"name\": \"top\", \"version\": \"1.2.3\"}",
        "{}"
      })
  void areThoseOfTheLock(String manifest) throws IOException {
    assertThat(checked("package.json", manifest)).isEqualTo(manifest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\": \"other\", \"version\": \"1.2.3\"}",
        "{\"name\": \"Top\", \"version\": \"1.2.3\"}",
        "{\"name\": \"top\", \"version\": \"1.2.4\"}",
        "{\"name\": \"top\", \"version\": \"1.2.3-rc.1\"}",
        "{\"name\": \"top\", \"name\": \"other\", \"version\": \"1.2.3\"}",
        "{\"version\": \"1.2\"}"
      })
  void areRefusedIfTheLockHasOthers(String manifest) {
    assertThatThrownBy(() -> checked("package.json", manifest))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("top.tgz: package.json is that of ")
        .hasMessageContaining(", and the lock has top@1.2.3 there.");
  }

  @Test
  void aRefusalNamesBoth() {
    assertThatThrownBy(
            () -> checked("package.json", "{\"name\": \"a\\u0007\", \"version\": \"9.0.0\"}"))
        .hasMessage(
            "top.tgz: package.json is that of a?@9.0.0, and the lock has top@1.2.3 there. Create"
                + " the lock again with npm install --package-lock-only.");
  }

  @Test
  void bundledPackagesAreCompared() throws IOException {
    String own = "{\"name\": \"inner\", \"version\": \"2.0.0\"}";
    String other = "{\"name\": \"inner\", \"version\": \"2.0.1\"}";

    assertThat(checked("node_modules/inner/package.json", own)).isEqualTo(own);
    assertThatThrownBy(() -> checked("node_modules/inner/package.json", other))
        .hasMessageContaining("inner@2.0.1, and the lock has inner@2.0.0 there");
    assertThat(checked("lib/package.json", other)).isEqualTo(other);
  }

  @Test
  void aManifestThatCannotBeReadIsRefused() {
    assertThatThrownBy(() -> checked("package.json", "{\"name\": "))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("top.tgz: package.json: malformed JSON");
    TarEntry.File large = new TarEntry.File("package.json", Attributes.of(0644), 1L << 30);
    assertThatThrownBy(() -> contents().checked(large, new ByteArrayInputStream(new byte[0])))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("which is too large");
  }

  /** An alias has another directory, and its name in the lock is that of the registry. */
  @Test
  void anAliasHasTheNameOfTheRegistry() throws IOException {
    ANpmLock lock =
        ANpmLock.asking("alias")
            .with("node_modules/alias", ANpmTarball.named("real"), "\"name\": \"real\"");

    assertThat(written(lock)).contains("usr/local/lib/node_modules/alias/package.json");
  }

  @Test
  void noLayerHasAPackageThatTheLockCallsByAnotherName() {
    ANpmLock lock = ANpmLock.asking("tool").with("node_modules/tool", ANpmTarball.named("evil"));

    assertThatThrownBy(() -> written(lock))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("tool@1.0.0.tgz: package.json is that of evil@1.0.0");
  }

  /** A layer in the cache that was compared with one lock must not serve another. */
  @Test
  void theNamesAreIngredientsOfALayer() {
    ANpmTarball tarball = ANpmTarball.named("tool");
    ANpmLock honest = ANpmLock.asking("tool").with("node_modules/tool", tarball);
    ANpmLock lying =
        ANpmLock.asking("tool").with("node_modules/tool", tarball, "\"name\": \"other\"");

    assertThat(ingredients(lying)).isNotEqualTo(ingredients(honest));
  }

  private static List<NpmIngredient> ingredients(ANpmLock lock) {
    NpmTree tree = lock.tree();
    return tree.ingredients(tree.groups().get(0));
  }

  private static List<String> written(ANpmLock lock) throws IOException {
    NpmTree tree = lock.tree();
    byte[] tar = UnpackedTree.tar(tree, tree.groups().get(0), lock.tarballs());
    return UnpackedTree.entries(tar).stream().map(TarEntry::path).toList();
  }

  private static LockedContents contents() {
    return new LockedContents(TOP, List.of(INNER), "top.tgz");
  }

  private static String checked(String path, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TarEntry.File file = new TarEntry.File(path, Attributes.of(0644), bytes.length);
    return new String(
        contents().checked(file, new ByteArrayInputStream(bytes)).readAllBytes(),
        StandardCharsets.UTF_8);
  }
}
