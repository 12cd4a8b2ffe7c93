package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The place of an archive of inputs, which may not exist yet. */
@Api
public sealed interface ArchivePlace {

  /**
   * A directory on this machine.
   *
   * @param pinned required digest of the archive; null for any
   */
  record Folder(Path path, @Nullable Digest pinned) implements ArchivePlace {

    /** Creates a place for any archive in the directory. */
    public Folder(Path path) {
      this(path, null);
    }

    @Override
    public String toString() {
      return path + (pinned == null ? "" : "@" + pinned);
    }
  }

  /** A registry. */
  record Repository(Reference reference) implements ArchivePlace {
    @Override
    public String toString() {
      return reference.toString();
    }
  }

  /**
   * Parses a directory, or a reference that names its registry: {@code
   * registry.example/team/inputs:1} is a reference unless such a directory exists; {@code oci:} in
   * front always means a directory. Both may end with the archive's digest, {@code @sha256:…}, as
   * {@code lock archive} prints it.
   *
   * @throws UsageException if the text is neither
   */
  static ArchivePlace of(String text) {
    String place = text.startsWith("oci:") ? text.substring(4) : text;
    int at = place.lastIndexOf("@sha256:");
    String digest = at < 0 ? "" : place.substring(at + 1);
    boolean pinned = Digest.isDigest(digest);
    String folder = pinned ? place.substring(0, at) : place;
    try {
      Path path = Path.of(folder);
      if (!folder.isEmpty() && (!place.equals(text) || Files.exists(path) || !hasHost(text))) {
        return new Folder(path, pinned ? Digest.of(digest) : null);
      }
    } catch (InvalidPathException e) {
      throw new UsageException(
          "\"" + text + "\" is not the name of a directory: " + e.getReason(), e);
    }
    return new Repository(Reference.of(text));
  }

  /** Returns whether the first of several components can be a host instead of a directory. */
  private static boolean hasHost(String text) {
    int slash = text.indexOf('/');
    String first = slash < 0 ? "" : text.substring(0, slash);
    return !first.startsWith(".")
        && (first.contains(".") || first.contains(":") || first.equals("localhost"));
  }
}
