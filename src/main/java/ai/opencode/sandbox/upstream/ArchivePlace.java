package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where an archive of inputs is, or is to be. */
public sealed interface ArchivePlace {

  /** A folder on this machine. */
  record Folder(Path path) implements ArchivePlace {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /** A registry has it. */
  record Repository(Reference reference) implements ArchivePlace {
    @Override
    public String toString() {
      return reference.toString();
    }
  }

  /**
   * Parses a folder, or a reference that names its registry: {@code registry.example/team/inputs:1}
   * is one unless there is such a folder; {@code oci:} in front always means a folder.
   *
   * @throws UsageException where it is neither
   */
  static ArchivePlace of(String text) {
    String folder = text.startsWith("oci:") ? text.substring(4) : text;
    try {
      Path path = Path.of(folder);
      if (!folder.isEmpty() && (!folder.equals(text) || Files.exists(path) || !hasHost(text))) {
        return new Folder(path);
      }
    } catch (InvalidPathException e) {
      throw new UsageException("\"" + text + "\" is no name of a folder: " + e.getReason(), e);
    }
    return new Repository(Reference.of(text));
  }

  /** Whether the first of several components can be a host, and not a folder. */
  private static boolean hasHost(String text) {
    int slash = text.indexOf('/');
    String first = slash < 0 ? "" : text.substring(0, slash);
    return !first.startsWith(".")
        && (first.contains(".") || first.contains(":") || first.equals("localhost"));
  }
}
