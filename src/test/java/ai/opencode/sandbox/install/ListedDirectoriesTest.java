package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.PackageId;
import org.junit.jupiter.api.Test;

class ListedDirectoriesTest {

  private static final PackageId ONE = new PackageId("one");
  private static final PackageId TWO = new PackageId("two");

  private final ListedDirectories listed = new ListedDirectories();

  @Test
  void remainWhileAPackageListsThem() {
    listed.add("shared", ONE);
    listed.add("shared", TWO);
    listed.add("own", ONE);

    assertThat(listed.remove(ONE)).containsExactly("own");
    assertThat(listed.isListed("shared")).isTrue();
    assertThat(listed.isListed("own")).isFalse();
    assertThat(listed.remove(ONE)).isEmpty();
    assertThat(listed.remove(TWO)).containsExactly("shared");
    assertThat(listed.isListed("shared")).isFalse();
  }
}
