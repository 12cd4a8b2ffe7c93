package ai.opencode.sandbox.upstream.archive;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.RepositoryLocation;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepositoryCopiesTest {

  @Test
  void areNumberedInTheirOrderFromOne() {
    RepositoryCopies copies = new RepositoryCopies();

    assertThat(copies.add(at("main")).index("x86_64"))
        .isEqualTo("repository-1/x86_64/APKINDEX.tar.gz");
    assertThat(copies.add(at("community")).directory()).isEqualTo("repository-2");
    assertThat(copies.add(at("main")).directory()).isEqualTo("repository-1");
    assertThat(copies.locations()).containsExactly(at("main"), at("community"));
  }

  @Test
  void areFoundWhereTheArchiveListsThem() {
    RepositoryCopies copies = RepositoryCopies.of(List.of(at("main"), at("main"), at("community")));

    assertThat(copies.find(at("main"))).contains(new RepositoryCopy(at("main"), "repository-1"));
    assertThat(copies.find(at("community")))
        .contains(new RepositoryCopy(at("community"), "repository-3"));
    assertThat(copies.find(at("testing"))).isEmpty();
  }

  private static RepositoryLocation at(String text) {
    return new RepositoryLocation(text);
  }
}
