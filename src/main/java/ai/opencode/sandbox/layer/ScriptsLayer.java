package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarContent;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.install.scripts.ScriptEffects;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import ai.opencode.sandbox.rootfs.Whiteout;
import java.io.IOException;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/** A layer with the effects of installation scripts, on top of the packages' layers. */
final class ScriptsLayer implements TarContent {

  /** The format's version: raise it whenever the same effects give other bytes. */
  static final int FORMAT = 1;

  private final Root root;
  private final ScriptEffects effects;
  private final NavigableSet<String> directories = new TreeSet<>();

  /**
   * Creates a layer that is not written yet.
   *
   * @param root the root with the effects applied
   */
  ScriptsLayer(Root root, ScriptEffects effects) {
    this.root = root;
    this.effects = effects;
    effects.made().forEach((path, node) -> add(node.isDirectory() ? path : Root.parent(path)));
    effects.deleted().forEach(path -> add(Root.parent(path)));
  }

  /** Adds a path with its parents, which an extractor would create with other attributes. */
  private void add(String path) {
    for (String each = path; !each.isEmpty() && directories.add(each); each = Root.parent(each)) {}
  }

  /** Returns every input that the layer's bytes depend on. */
  Recipe recipe() {
    return Recipe.of("scripts", FORMAT)
        .add(directories, (to, path) -> AccessRecipe.add(to.add(path), directory(path)))
        .add(effects.deleted())
        .add(effects.made().entrySet(), (to, each) -> add(to, each.getKey(), each.getValue()));
  }

  private static void add(Recipe to, String path, Node node) {
    to.add(path).add(node.type().name()).add(node.mode()).add(node.target());
    to.add(Optional.ofNullable(node.sha1()), (recipe, sha1) -> recipe.add(sha1.hex()));
  }

  private Access directory(String path) {
    return Objects.requireNonNull(root.get(path), path).access();
  }

  @Override
  public void writeTo(TarWriter tar) throws IOException {
    for (String path : directories) {
      tar.write(new TarEntry.Directory(path, Attributes.of(directory(path))));
    }
    for (String path : effects.deleted()) {
      tar.write(Whiteout.of(path));
    }
    for (Map.Entry<String, Node> each : effects.made().entrySet()) {
      Node node = each.getValue();
      Attributes attributes = Attributes.of(Access.ofRoot(node.mode()));
      byte[] content = node.content();
      if (node.type() == Node.Type.LINK) {
        tar.write(new TarEntry.SymbolicLink(each.getKey(), attributes, node.target()));
      } else if (content != null) {
        tar.write(new TarEntry.File(each.getKey(), attributes, content.length), content);
      }
    }
  }
}
