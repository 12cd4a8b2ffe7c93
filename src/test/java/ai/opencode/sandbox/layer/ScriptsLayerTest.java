package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.install.scripts.AScriptEffect;
import ai.opencode.sandbox.install.scripts.ScriptEffects;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The layer with the effects of installation scripts. */
class ScriptsLayerTest {

  private int mode = 0711;

  /** An effect on a root, which the layer is made of too. */
  private interface Effect {
    ScriptEffects on(Root.Builder root);
  }

  @Test
  void hasDeletionsBelowTheirDirectories() throws IOException {
    assertThat(written(root -> AScriptEffect.deleting(root, "d/gone", "top")))
        .containsExactly("d 711", "d/.wh.gone 644", ".wh.top 644");
  }

  @Test
  void hasLinksAndFilesBelowTheirDirectories() throws IOException {
    assertThat(written(root -> AScriptEffect.linking(root, "e/link", "target")))
        .containsExactly("e 755", "e/link 777 target");
    assertThat(written(root -> AScriptEffect.writing(root, "e/file", new byte[] {1})))
        .containsExactly("e 755", "e/file 644");
  }

  @Test
  void eachEffectIsPartOfTheRecipe() {
    List<Digest> recipes = new ArrayList<>();
    recipes.add(recipe(root -> AScriptEffect.deleting(root)));
    recipes.add(recipe(root -> AScriptEffect.deleting(root, "d/one")));
    recipes.add(recipe(root -> AScriptEffect.deleting(root, "d/two")));
    recipes.add(recipe(root -> AScriptEffect.linking(root, "d/made", "one")));
    recipes.add(recipe(root -> AScriptEffect.linking(root, "d/made", "two")));
    recipes.add(recipe(root -> AScriptEffect.writing(root, "d/made", new byte[] {1})));
    recipes.add(recipe(root -> AScriptEffect.writing(root, "d/made", new byte[] {2})));
    mode = 0700;
    recipes.add(recipe(root -> AScriptEffect.deleting(root, "d/one")));

    assertThat(recipes).doesNotHaveDuplicates();
    assertThat(recipe(root -> AScriptEffect.deleting(root, "d/one"))).isEqualTo(recipes.get(7));
  }

  private ScriptsLayer layer(Effect effect) {
    Root.Builder root = Root.builder();
    root.put("d", Node.directory(mode, 1, 2));
    root.put("e", Node.directory(0755, 0, 0));
    ScriptEffects effects = effect.on(root);
    return new ScriptsLayer(root.build(), effects);
  }

  private Digest recipe(Effect effect) {
    return layer(effect).recipe().digest();
  }

  private List<String> written(Effect effect) throws IOException {
    List<String> lines = new ArrayList<>();
    for (TarEntry each : WrittenEntries.of(layer(effect)::writeTo)) {
      lines.add(
          each.path()
              + " "
              + Integer.toOctalString(each.attributes().mode())
              + (each instanceof TarEntry.SymbolicLink link ? " " + link.target() : ""));
    }
    return lines;
  }
}
