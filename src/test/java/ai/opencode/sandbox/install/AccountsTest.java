package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The numbers of users and groups that the base knows by name. */
class AccountsTest {

  private static final Attributes OWNED =
      Attributes.of(0644).withOwner(501, 502).withNames("tools", "staff");

  @Test
  void namesCountBeforeNumbers() {
    Accounts accounts = of("tools:x:77:1::/:\n", "staff:x:78:\n");

    assertThat(accounts.map(OWNED)).isEqualTo(OWNED.withOwner(77, 78));
  }

  @Test
  void anUnknownNameKeepsItsNumber() {
    assertThat(of("a:x:1:1\n", "b:x:2:\n").map(OWNED)).isEqualTo(OWNED);
  }

  @Test
  void usersAndGroupsAreApart() {
    assertThat(of("staff:x:1:1\n", "tools:x:2:\n").map(OWNED)).isEqualTo(OWNED);
  }

  @Test
  void rootIsZeroWithoutAnyFile() {
    Attributes byRoot = OWNED.withNames("root", "root");

    assertThat(Accounts.of(Root.builder().build()).map(byRoot)).isEqualTo(byRoot.withOwner(0, 0));
    assertThat(of("root:x:5:5\n", "root:x:5:\n").map(byRoot)).isEqualTo(byRoot.withOwner(0, 0));
  }

  @Test
  void theFirstLineOfANameCounts() {
    assertThat(of("tools:x:7:1\ntools:x:8:1\n", "").map(OWNED).uid()).isEqualTo(7);
  }

  @Test
  void linesWithoutANumberCountForNothing() {
    assertThat(of("tools:x\ntools:x:\ntools:x:-1:\ntools:x:12345678901:\ntools:x:9\n", ""))
        .extracting(accounts -> accounts.map(OWNED).uid())
        .isEqualTo(9L);
  }

  private static Accounts of(String passwd, String group) {
    Root.Builder root = Root.builder();
    root.put("etc", Node.directory(0755, 0, 0));
    root.put(
        "etc/passwd", Node.file(new Access(0644, 0, 0), passwd.getBytes(StandardCharsets.UTF_8)));
    root.put(
        "etc/group", Node.file(new Access(0644, 0, 0), group.getBytes(StandardCharsets.UTF_8)));
    return Accounts.of(root.build());
  }
}
