package ai.opencode.sandbox.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Places in registries, in the notation of a user. */
class CacheSourceTest {

  private static final String DIGEST = "sha256:" + "0".repeat(64);

  @ParameterizedTest
  @CsvSource({
    "registry.example/team/, registry.example/team/tools, 2 cache latest main, cache",
    "registry.example/, registry.example/tools, 2 cache latest main, cache",
    "registry.example/team/:main, registry.example/team/tools, main, main",
    "registry.example/a/b/:v1, registry.example/a/b/tools, v1, v1",
    "registry.example:5000/team/, registry.example:5000/team/tools, 2 cache latest main, cache",
    "registry.example:5000/team/:1, registry.example:5000/team/tools, 1, 1",
    "localhost/team/, localhost/team/tools, 2 cache latest main, cache",
    "127.0.0.1:5000/, 127.0.0.1:5000/tools, 2 cache latest main, cache",
    "127.0.0.1:5000/:x, 127.0.0.1:5000/tools, x, x",
    "registry.example/team/other, registry.example/team/other, 2 cache latest main, cache",
    "registry.example/team/other:1.2, registry.example/team/other, 1.2, 1.2",
    "registry.example:5000/other, registry.example:5000/other, 2 cache latest main, cache",
  })
  void namesARepositoryAndTags(String text, String repository, String selectors, String tag) {
    CacheSource source = new CacheSource(text);

    assertThat(
            source.repository("tools").registry() + "/" + source.repository("tools").repository())
        .isEqualTo(repository);
    assertThat(String.join(" ", source.selectors("2"))).isEqualTo(selectors);
    assertThat(source.tag()).isEqualTo(tag);
    assertThat(source).hasToString(text);
    assertThat(text).startsWith(source.target());
    assertThat(source.target()).doesNotContain(":" + tag);
  }

  @Test
  void namesAnImageByItsDigest() {
    CacheSource source = new CacheSource("registry.example/tools@" + DIGEST);

    assertThat(source.selectors("2")).containsExactly(DIGEST);
    assertThat(source.repository("other").repository()).isEqualTo("tools");
    assertThat(source.repository("other").digest()).as("is a selector").isNull();
  }

  @Test
  void triesTheVersionOnceAndOnlyAsATag() {
    CacheSource source = new CacheSource("registry.example/team/");

    assertThat(source.selectors("latest")).containsExactly("latest", "cache", "main");
    assertThat(source.selectors("1+2")).containsExactly("cache", "latest", "main");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "tools",
        "team/tools",
        "tools:1",
        "oci:images",
        "docker:",
        "registry.example",
        "registry.example//",
        "registry.example/Team/",
        "registry.example/team/:",
        "registry.example/team/:a b",
        "registry.example/team/:-x",
        "registry.example/../team/",
        "registry.example/team/..",
        "registry.example/team/x:",
        "registry.example/team/x@sha256:0",
        "registry.example/team/:main@sha256:0",
        "https://registry.example/team/",
        "registry.example/team/\n",
        "user:secret@registry.example/team/",
        "registry.example/team/?a=b",
      })
  void refusesWhatIsNoPlace(String text) {
    assertThatThrownBy(() -> new CacheSource(text)).isInstanceOf(UsageException.class);
  }

  @Test
  void refusesATagOfMoreThan128Characters() {
    assertThat(new CacheSource("registry.example/team/:" + "a".repeat(128)).tag()).hasSize(128);
    assertThatThrownBy(() -> new CacheSource("registry.example/team/:" + "a".repeat(129)))
        .isInstanceOf(UsageException.class);
  }
}
