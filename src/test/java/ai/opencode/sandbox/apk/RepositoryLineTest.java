package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryLineTest {

  @Test
  void hasTheTagBesideTheLocation() {
    RepositoryLine line = RepositoryLine.of("@acme   https://apk.acme.example/v1 ");

    assertThat(line)
        .isEqualTo(
            new RepositoryLine("acme", new RepositoryLocation("https://apk.acme.example/v1")));
    assertThat(line).hasToString("@acme https://apk.acme.example/v1");
    assertThat(line.isTagged()).isTrue();
    assertThat(line.isAddress()).isTrue();
  }

  @Test
  void ofADirectoryHasNoTagAndNoAddress() {
    RepositoryLine line = RepositoryLine.of("/srv/my packages");

    assertThat(line)
        .isEqualTo(new RepositoryLine(null, new RepositoryLocation("/srv/my packages")));
    assertThat(line.isTagged()).isFalse();
    assertThat(line.isAddress()).isFalse();
  }

  @Test
  void theFilesOfALocationHaveOneSlashBetweenTheirParts() {
    for (String text : List.of("https://example.org/main", "https://example.org/main/")) {
      RepositoryLocation location = new RepositoryLocation(text);

      assertThat(location.index("x86_64"))
          .isEqualTo("https://example.org/main/x86_64/APKINDEX.tar.gz");
      assertThat(location.file("aarch64", "git-1-r0.apk"))
          .isEqualTo("https://example.org/main/aarch64/git-1-r0.apk");
      assertThat(location).hasToString(text);
    }
  }

  @Test
  void aLocationIsNotEmpty() {
    assertThatThrownBy(() -> RepositoryLine.of("")).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@",
        "@acme",
        "@acme ",
        "@a/b /srv",
        "@https://acme.example",
        "@acme /my packages",
        "@acme /a#b",
        "@acme /a\u007f"
      })
  void isRefusedIfApkCouldNotReadIt(String text) {
    assertThatThrownBy(() -> RepositoryLine.of(text)).isInstanceOf(UsageException.class);
  }

  @Test
  void aRefusalHasNoPassword() {
    for (String text :
        List.of("@https://me:secret@a.example", "@a/b https://me:secret@a.example")) {
      assertThatThrownBy(() -> RepositoryLine.of(text))
          .hasMessageContaining("a.example\" is not a repository with a tag")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void onesOwnHasATag() {
    assertThatThrownBy(() -> new OwnSources(List.of(), List.of(RepositoryLine.of("/srv"))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
