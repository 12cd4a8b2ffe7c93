package ai.opencode.sandbox.rootfs;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;

/** The empty file that makes an engine hide a path of lower layers (image-spec, layer.md). */
public final class Whiteout {

  private static final String PREFIX = ".wh.";

  private Whiteout() {}

  /** Returns the whiteout of a path. */
  public static TarEntry.File of(String path) {
    String parent = Root.parent(path);
    String name = path.substring(parent.isEmpty() ? 0 : parent.length() + 1);
    return new TarEntry.File(
        (parent.isEmpty() ? "" : parent + "/") + PREFIX + name, Attributes.of(0644), 0);
  }
}
