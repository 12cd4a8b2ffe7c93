package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.archive.TarEntry;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;

/** An image that a test may change: a small one of its own, or a copy of one of this build's. */
interface Breakable {

  Breakable file(String path, int mode, String text);

  Breakable entry(TarEntry entry);

  Breakable mode(String path, int mode);

  Breakable remove(String path);

  Breakable edit(String path, String text, String replacement);

  /** Changes the object {@code config} of the configuration. */
  Breakable settings(Consumer<ObjectNode> change);

  Breakable environment(String variable, String value);
}
