package ai.opencode.sandbox.maven;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.junit.jupiter.api.Test;

class GoalFailureTest {

  @Test
  void theUserCorrectsAFailure() {
    assertThat(GoalFailure.of(new LockException("No. Write it with --lock."), false))
        .isInstanceOf(MojoFailureException.class)
        .hasMessage("No. Write it with -Dsandbox.lock.");
    assertThat(GoalFailure.of(new NoSuchFileException("a.pem"), false))
        .isInstanceOf(MojoFailureException.class)
        .hasMessage("a.pem does not exist. Check the name.");
  }

  @Test
  void anythingElseIsAnError() {
    assertThat(GoalFailure.of(new IllegalStateException("x"), false))
        .isInstanceOf(MojoExecutionException.class)
        .hasMessageEndingWith("Please report it with the output of -e.");
  }

  @Test
  void severalMistakesHaveALineEach() {
    assertThat(GoalFailure.of(UsageException.of("Two.", List.of("a: 1.", "b: \u001b[2J2.")), false))
        .hasMessageStartingWith("Two.\na: 1.\nb: ")
        .message()
        .doesNotContain("\u001b");
  }

  /** Maven adds the messages of all causes to a failure's own. */
  @Test
  void theCauseIsOnRequest() {
    IOException cause = new IOException("cause");
    assertThat(GoalFailure.of(cause, false)).hasNoCause();
    assertThat(GoalFailure.of(cause, true)).hasCause(cause);
  }
}
