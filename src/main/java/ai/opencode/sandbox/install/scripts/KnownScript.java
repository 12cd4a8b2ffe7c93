package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;
import java.util.Map;

/**
 * The installation scripts of one of Alpine's packages, whose texts were examined.
 *
 * @param packageName the package's name
 * @param action the action of the scripts, and why it needs no effect here or which class has it; a
 *     clause after "which"
 * @param texts every text that is known, the newest of a kind last
 * @param effects the reproductions of the scripts, in order; empty if the scripts change nothing
 *     that an image keeps
 */
public record KnownScript(
    String packageName, String action, List<Text> texts, List<Effect> effects) {

  /** A text that was examined. */
  public record Text(ScriptKind kind, Digest sha256) {}

  /**
   * A reproduction of scripts.
   *
   * @param format the version of the reproduction, which is part of the key under which images are
   *     cached
   */
  public record Effect(String name, int format, Reproduction reproduction) {}

  /** Adds the effects of scripts that apk would run in a transaction. */
  public interface Reproduction {

    /**
     * Adds the effects to a root.
     *
     * @param files contents that the image's definition adds, by absolute path
     */
    void reproduce(Transaction transaction, Map<String, byte[]> files, ScriptEffects effects);
  }

  public KnownScript {
    if (action.isBlank() || texts.isEmpty()) {
      throw new IllegalArgumentException(packageName + ": no action or no text");
    }
    texts = List.copyOf(texts);
    effects = List.copyOf(effects);
  }

  /**
   * Returns a package's scripts.
   *
   * @param texts a kind and a SHA-256 in each line
   */
  static KnownScript of(String packageName, String action, String texts, Effect... effects) {
    return new KnownScript(
        packageName, action, texts.lines().map(KnownScript::text).toList(), List.of(effects));
  }

  private static Text text(String line) {
    int space = line.indexOf(' ');
    return new Text(
        ScriptKind.named(line.substring(0, space)), new Digest(line.substring(space + 1)));
  }

  /** Returns whether some text of a kind is known. */
  boolean has(ScriptKind kind) {
    return texts.stream().anyMatch(each -> each.kind() == kind);
  }
}
