package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.rootfs.Root;
import java.util.List;

/** Effects of scripts for tests. */
public final class AScriptEffect {

  private static final ApkPackage AUTHOR = AnApk.named("author").toPackage();

  private AScriptEffect() {}

  /**
   * Returns effects of the scripts of some packages, a link for each author; none without packages.
   */
  public static ScriptEffects of(List<String> authors) {
    ScriptEffects effects = new ScriptEffects(Root.builder());
    authors.forEach(
        author -> effects.link("made-by-" + author, "target", AnApk.named(author).toPackage()));
    return effects;
  }

  /** Returns the effect of a script that makes a symbolic link. */
  public static ScriptEffects linking(Root.Builder root, String path, String target) {
    ScriptEffects effects = new ScriptEffects(root);
    effects.link(path, target, AUTHOR);
    return effects;
  }

  /** Returns the effect of a script that makes a file. */
  public static ScriptEffects writing(Root.Builder root, String path, byte[] content) {
    ScriptEffects effects = new ScriptEffects(root);
    effects.file(path, content, AUTHOR);
    return effects;
  }

  /** Returns the effect of a script that deletes files of the layers below. */
  public static ScriptEffects deleting(Root.Builder root, String... paths) {
    ScriptEffects effects = new ScriptEffects(root);
    for (String path : paths) {
      effects.delete(path, AUTHOR);
    }
    return effects;
  }
}
