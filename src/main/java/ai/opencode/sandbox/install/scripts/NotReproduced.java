package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.oci.Digest;
import java.util.Optional;
import java.util.function.Function;

/** A part of a package's scripts that apk would run and whose effect a root lacks. */
public sealed interface NotReproduced {

  /** Returns name and version of the package. */
  String label();

  /** Returns the result of the case for this kind of part. */
  <T> T in(Function<UnknownText, T> unknown, Function<Command, T> command);

  /**
   * A script that was not examined.
   *
   * @param text the script's digest
   * @param excerpt the first commands of the script, in one line of plain text
   * @param takenFor the package's known scripts, whose effects the root has; empty if none of this
   *     kind is known
   */
  record UnknownText(
      String label, ScriptKind kind, Digest text, String excerpt, Optional<KnownScript> takenFor)
      implements NotReproduced {

    @Override
    public <T> T in(Function<UnknownText, T> unknown, Function<Command, T> other) {
      return unknown.apply(this);
    }
  }

  /**
   * A command of a known script.
   *
   * @param kind the kind of script; empty if scripts of several kinds have the command
   * @param missing the absolute path of a missing file, without which the command's effect is
   *     unknown; empty if the command is not reproduced at all
   */
  record Command(String label, Optional<ScriptKind> kind, String command, Optional<String> missing)
      implements NotReproduced {

    /** Returns a command that is not reproduced at all. */
    static Command of(String label, ScriptKind kind, String command) {
      return new Command(label, Optional.of(kind), command, Optional.empty());
    }

    @Override
    public <T> T in(Function<UnknownText, T> unknown, Function<Command, T> own) {
      return own.apply(this);
    }
  }
}
