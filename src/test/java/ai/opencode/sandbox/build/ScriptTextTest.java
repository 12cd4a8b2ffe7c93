package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.install.scripts.KnownScript;
import ai.opencode.sandbox.install.scripts.NotReproduced;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The clauses about scripts whose effects an image lacks. */
class ScriptTextTest {

  private static final Digest TEXT = Digest.sha256("text");

  @Test
  void quotesAScriptThatIsNotKnown() {
    assertThat(ScriptText.lines(List.of(script("a-1", Optional.empty()))))
        .containsExactly("a-1 would run post-install: `true`");
  }

  @Test
  void tellsWhatAnUnknownTextIsTakenFor() {
    KnownScript known =
        new KnownScript(
            "a",
            "prints a hint",
            List.of(new KnownScript.Text(ScriptKind.POST_INSTALL, TEXT)),
            List.of());

    assertThat(ScriptText.lines(List.of(script("a-1", Optional.of(known)))))
        .containsExactly(
            "a-1 would run post-install with a text that is not known ("
                + TEXT
                + "), taken for the newest known one, which prints a hint: `true`");
  }

  @Test
  void joinsTheScriptsOfAPackage() {
    NotReproduced command =
        new NotReproduced.Command("a-1", Optional.empty(), "busybox", Optional.of("/etc/paths"));

    assertThat(ScriptText.lines(List.of(script("b-1", Optional.empty()), command, command)))
        .containsExactly(
            "a-1 would run `busybox`, but the list of its links, /etc/paths, is missing,"
                + " `busybox`, but the list of its links, /etc/paths, is missing",
            "b-1 would run post-install: `true`");
  }

  private static NotReproduced script(String label, Optional<KnownScript> takenFor) {
    return new NotReproduced.UnknownText(label, ScriptKind.POST_INSTALL, TEXT, "`true`", takenFor);
  }
}
