package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.definition.SandboxUser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The lines of the sandbox's user, and of the users that it displaces. */
class UserFilesTest {

  private static final String ROOT = "root:x:0:0:root:/root:/bin/sh\n";
  private static final String ADDED = "opencode:x:1000:1001:OpenCode:/home/opencode:/bin/bash\n";

  private final UserFiles files =
      new UserFiles(new SandboxUser("opencode", 1000, 1001, "/home/opencode", "/bin/bash"));

  @Nested
  class Passwd {

    @Test
    void hasTheUserLast() {
      assertThat(files.passwd(ROOT)).isEqualTo(ROOT + ADDED);
    }

    @Test
    void ofAnEmptyBaseHasTheUserAlone() {
      assertThat(files.passwd("")).isEqualTo(ADDED);
    }

    @Test
    void losesAUserOfTheSameNumber() {
      assertThat(files.passwd("node:x:1000:999::/home/node:/bin/sh\n" + ROOT))
          .isEqualTo(ROOT + ADDED);
    }

    @Test
    void losesAUserOfTheSameName() {
      assertThat(files.passwd("opencode:x:5:5:::\n" + ROOT)).isEqualTo(ROOT + ADDED);
    }

    @Test
    void keepsUsersOfSimilarNamesAndNumbers() {
      String others =
          "opencode2:x:10000:1000:1000:/1000:1000\nopen:x:100:1001::::\n1000:x:7:7:::\n";

      assertThat(files.passwd(others)).isEqualTo(others + ADDED);
    }

    @Test
    void keepsLinesWithoutANumber() {
      assertThat(files.passwd("broken\n+:x\n")).isEqualTo("broken\n+:x\n" + ADDED);
    }
  }

  @Nested
  class Group {

    private static final String OWN = "opencode:x:1001:\n";

    @BeforeEach
    void displaceUsers() {
      files.passwd("node:x:1000:999:::\nopencode:x:7:7:::\n");
    }

    @Test
    void hasTheUsersGroupLast() {
      assertThat(files.group("root:x:0:root\n")).isEqualTo("root:x:0:root\n" + OWN);
    }

    @Test
    void losesGroupsOfTheSameNameOrNumber() {
      assertThat(files.group("opencode:x:5:\nnode:x:1001:node\nusers:x:100:\n"))
          .isEqualTo("users:x:100:\n" + OWN);
    }

    @Test
    void keepsAGroupWithTheNumberOfTheUser() {
      assertThat(files.group("node:x:1000:\n")).isEqualTo("node:x:1000:\n" + OWN);
    }

    @Test
    void losesDisplacedMembersOnly() {
      assertThat(files.group("wheel:x:10:root,node,opencode,nodes\naudio:x:18:node\n"))
          .isEqualTo("wheel:x:10:root,nodes\naudio:x:18:\n" + OWN);
    }

    @Test
    void keepsLinesOfAnotherForm() {
      assertThat(files.group("+\nnode\na:b:c:d:node\n")).isEqualTo("+\nnode\na:b:c:d:node\n" + OWN);
    }
  }

  @Nested
  class Shadow {

    private static final String LOCKED = "opencode:!::0:99999:7:::\n";

    @Test
    void hasTheUserWithoutPasswordAndDate() {
      assertThat(files.shadow("root:*::0:::::\n")).isEqualTo("root:*::0:::::\n" + LOCKED);
    }

    @Test
    void losesTheUsersFormerPassword() {
      assertThat(files.shadow("opencode::1:::::\nroot:*::0:::::\n"))
          .isEqualTo("root:*::0:::::\n" + LOCKED);
    }

    @Test
    void losesDisplacedUsersOnly() {
      files.passwd("node:x:1000:999:::\n");

      assertThat(files.shadow("node:!:::::::\nnodes:!:::::::\n"))
          .isEqualTo("nodes:!:::::::\n" + LOCKED);
    }
  }

  @Nested
  class Shells {

    @Test
    void haveTheUsersShellLast() {
      assertThat(files.shells("/bin/sh\n")).isEqualTo("/bin/sh\n/bin/bash\n");
    }

    @Test
    void nameItOnce() {
      assertThat(files.shells("/bin/bash\n/bin/sh\n")).isEqualTo("/bin/bash\n/bin/sh\n");
    }

    @Test
    void ofALongerPathAreOthers() {
      assertThat(files.shells("/usr/bin/bash\n")).isEqualTo("/usr/bin/bash\n/bin/bash\n");
    }
  }
}
