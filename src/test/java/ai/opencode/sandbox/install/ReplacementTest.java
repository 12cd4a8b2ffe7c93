package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.failure.VerificationException;
import org.junit.jupiter.api.Test;

/** The package that gets a file which two of them contain. */
class ReplacementTest {

  private static final AnApk MINE = AnApk.named("mine");
  private static final AnApk THEIRS = AnApk.named("theirs");

  @Test
  void aFileWithoutOwnerIsTaken() {
    assertThat(Replacement.takesOver(MINE.toPackage(), null, "a", false)).isTrue();
  }

  @Test
  void aFileOfTheSameOriginIsTaken() {
    assertThat(takesOver(MINE.origin("o"), THEIRS.origin("o"))).isTrue();
  }

  @Test
  void apk3LetsAnOwnerOfTheSameOriginKeepWhatItReplaces() {
    AnApk owner = THEIRS.origin("o").replaces("mine");

    assertThat(takesOver(MINE.origin("o"), owner)).isTrue();
    assertThat(Replacement.takesOver(MINE.origin("o").toPackage(), owner.toPackage(), "a", true))
        .isFalse();
    assertThat(
            Replacement.takesOver(
                MINE.origin("o").replaces("theirs").toPackage(), owner.toPackage(), "a", true))
        .isTrue();
    assertThat(
            Replacement.takesOver(
                MINE.origin("o").toPackage(), THEIRS.origin("o").toPackage(), "a", true))
        .isTrue();
  }

  @Test
  void aFileOfAnotherOriginIsNot() {
    refuses(MINE.origin("o"), THEIRS.origin("p"));
  }

  @Test
  void noOriginIsNotACommonOne() {
    refuses(MINE.origin(""), THEIRS.origin(""));
  }

  @Test
  void aReplacedPackagesFileIsTaken() {
    assertThat(takesOver(MINE.replaces("theirs"), THEIRS)).isTrue();
    refuses(MINE.replaces("others"), THEIRS);
  }

  @Test
  void aReplacedVersionsFileIsTaken() {
    assertThat(takesOver(MINE.replaces("theirs<2"), THEIRS)).isTrue();
    refuses(MINE.replaces("theirs<1"), THEIRS);
  }

  @Test
  void aFileOfAPackageThatReplacesThisOneIsNotTaken() {
    assertThat(takesOver(MINE, THEIRS.replaces("mine"))).isFalse();
  }

  @Test
  void theHigherPriorityDecides() {
    assertThat(takesOver(prior(MINE, "theirs", "1"), prior(THEIRS, "mine", "2"))).isFalse();
    assertThat(takesOver(prior(MINE, "theirs", "2"), prior(THEIRS, "mine", "1"))).isTrue();
    assertThat(takesOver(prior(MINE, "theirs", "1"), prior(THEIRS, "mine", "1"))).isTrue();
    assertThat(takesOver(MINE.replaces("theirs"), THEIRS.replaces("mine"))).isTrue();
  }

  private static AnApk prior(AnApk apk, String replaced, String priority) {
    return apk.replaces(replaced).info("replaces_priority", priority);
  }

  private static boolean takesOver(AnApk mine, AnApk theirs) {
    return Replacement.takesOver(mine.toPackage(), theirs.toPackage(), "usr/bin/x", false);
  }

  private static void refuses(AnApk mine, AnApk theirs) {
    assertThatThrownBy(() -> takesOver(mine, theirs))
        .isInstanceOf(VerificationException.class)
        .hasMessage(
            "mine-1.0-r0.apk: trying to overwrite /usr/bin/x, which theirs-1.0-r0 owns. Leave one"
                + " of the two packages out.");
  }
}
