package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.rootfs.Root;
import java.util.List;

/** Effects of scripts for tests: a link for each author. */
public final class AScriptEffect {

  private AScriptEffect() {}

  /** Returns effects of the scripts of some packages; none without packages. */
  public static ScriptEffects of(List<String> authors) {
    ScriptEffects effects = new ScriptEffects(Root.builder());
    authors.forEach(
        author -> effects.link("made-by-" + author, "target", AnApk.named(author).toPackage()));
    return effects;
  }
}
