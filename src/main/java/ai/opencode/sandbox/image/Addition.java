package ai.opencode.sandbox.image;

import ai.opencode.sandbox.definition.FileContent;
import ai.opencode.sandbox.rootfs.Node;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A path of an image beside the files of its packages. */
sealed interface Addition {

  /**
   * A directory or file.
   *
   * @param node its attributes; the content of a file only if that is in memory
   * @param defined the content of a file of the definition; empty for all others
   */
  record Entry(Node node, Optional<FileContent> defined) implements Addition {

    static Entry of(Node node) {
      return new Entry(node, Optional.empty());
    }

    /** Returns the content of a file; empty for a directory. */
    Optional<FileContent> content() {
      byte @Nullable [] bytes = node.content();
      return defined.isPresent() || bytes == null ? defined : Optional.of(FileContent.of(bytes));
    }
  }

  /** A symbolic link. */
  record Link(String target) implements Addition {}
}
