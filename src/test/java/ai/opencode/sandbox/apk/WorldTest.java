package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The requests in {@code /etc/apk/world}. */
class WorldTest {

  @Test
  void isSortedAsApkWritesIt() {
    assertThat(World.parse("zlib\nGit  git\nab\n").toText()).isEqualTo("ab\nGit\ngit\nzlib\n");
    assertThat(World.parse("").toText()).isEmpty();
  }

  @Test
  void aNewRequestReplacesThatOfTheSameName() {
    World world = World.parse("git<2 vim").with(Dependency.listOf("git>=3 jq"));

    assertThat(world.toText()).isEqualTo("git>=3\njq\nvim\n");
  }

  @Test
  void isNotChangedByAdditions() {
    List<Dependency> requests = new ArrayList<>(Dependency.listOf("git"));
    World world = new World(requests);
    requests.clear();

    world.with(Dependency.listOf("vim"));

    assertThat(world).isEqualTo(World.parse("git"));
  }

  @Test
  void refusesWhatIsNoRequest() {
    assertThatThrownBy(() -> World.parse("git>=")).isInstanceOf(UsageException.class);
  }
}
