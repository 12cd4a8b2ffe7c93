package ai.opencode.sandbox.upstream.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RepositoryCopiesTest {

  @Test
  void areNumberedInTheirOrderFromOne() {
    RepositoryCopies copies = new RepositoryCopies();

    assertThat(copies.add("main").index("x86_64")).isEqualTo("repository-1/x86_64/APKINDEX.tar.gz");
    assertThat(copies.add("community").directory()).isEqualTo("repository-2");
    assertThat(copies.add("main").directory()).isEqualTo("repository-1");
    assertThat(copies.addresses()).containsExactly("main", "community");
  }

  @Test
  void areFoundWhereTheArchiveListsThem() {
    RepositoryCopies copies = RepositoryCopies.of(List.of("main", "main", "community"));

    assertThat(copies.find("main")).contains(new RepositoryCopy("main", "repository-1"));
    assertThat(copies.find("community")).contains(new RepositoryCopy("community", "repository-3"));
    assertThat(copies.find("testing")).isEmpty();
  }
}
